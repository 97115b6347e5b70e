"""Who may change what belongs to looking: rates in everybody's name, the money of projects, one's own mails."""

from collections.abc import Sequence

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.labs.models import Institution
from kangjiansheng.labs.queries.visible import is_contact
from kangjiansheng.overview.models import Disposal, OwnRates, PackDelivery, PartyArchive, Scenario
from kangjiansheng.overview.rules.rates import RateSet
from kangjiansheng.projects import policies as projects
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.queries import TeamMember
from kangjiansheng.projects.queries.people import BELONGING
from kangjiansheng.projects.queries.visible import DIRECTORS


def keeps_rates(actor: Actor) -> bool:
    """Executives make own sets of rates and say which one is used by default."""
    return actor.has("executive")


def sees_rates(_actor: Actor, _thing: RateSet) -> bool:
    """Rates are open to whoever is signed in."""
    return True


def changes_rates(actor: Actor, _thing: OwnRates) -> bool:
    """An own set belongs to the installation, not to who made it."""
    return keeps_rates(actor)


def sees_money(_actor: Actor, _project: Project) -> bool:
    """Whoever got the project from the loader of money may see it."""
    return True


def sees_money_of(actor: Actor, team: Sequence[TeamMember]) -> bool:
    """The same as `queries.value.may_see_money`, from a team that has been read already."""
    today = clock.today()
    return actor.reads_all or any(
        one.person_id == actor.id and one.role in (*BELONGING, *DIRECTORS) and one.holds_on(today)
        for one in team
    )


def enters_money(actor: Actor, project: Project) -> bool:
    """Those who lead the project, and executives."""
    return project.archived_at is None and projects.edit(actor, project)


def sees_retention(actor: Actor, _thing: object = None) -> bool:
    """How long records are kept, what holds them and what was disposed of is seen by each of the three
    administrators; of the files by number and digest, since none of them sees projects by that office."""
    return actor.has("admin", "security", "auditor")


def keeps_records(actor: Actor, _thing: object = None) -> bool:
    """Who runs the system sets the periods and proposes what is disposed of."""
    return actor.has("admin")


def places_hold(actor: Actor, _thing: object = None) -> bool:
    """A hold only keeps more, so that either of the two who can do something may place it."""
    return actor.has("admin", "security")


def guards_records(actor: Actor, _thing: object = None) -> bool:
    """Lifting a hold, and deciding on what was proposed, is the security administrator's."""
    return actor.has("security")


def refuses_disposal(actor: Actor, disposal: Disposal) -> bool:
    """Who decides says no, and who proposed it takes it back, as long as they keep records."""
    return guards_records(actor) or (keeps_records(actor) and disposal.proposed_by_id == actor.id)


def own_delivery(actor: Actor, delivery: PackDelivery) -> bool:
    """Nobody but the person: who gets mails is a matter of whoever gets them."""
    return delivery.person_id == actor.id


def takes_archive(actor: Actor, institution: Institution) -> bool:
    """What a party takes along is asked for and taken by its contacts, and by executives, who hand it over."""
    return actor.has("executive") or is_contact(actor, institution.id)


def ends_archive(actor: Actor, archive: PartyArchive) -> bool:
    """And taken back by the same people."""
    return takes_archive(actor, archive.institution)


def sees_scenario(_actor: Actor, _scenario: Scenario) -> bool:
    """Whoever got a scenario from its loader may see it."""
    return True


def sees_scenario_file(_actor: Actor, _wanted: tuple[Scenario, str, str]) -> bool:
    """The same for what is taken along of it."""
    return True


def changes_scenario(actor: Actor, scenario: Scenario) -> bool:
    """A scenario is changed, thrown away and put to a meeting by who thought it out."""
    return scenario.owner_id == actor.id


def proposes_scenario(actor: Actor, touched: Sequence[Project]) -> bool:
    """It is put to a meeting by who may propose an item about each of its projects; one statement for all of them."""
    return bool(touched) and {project.code for project in touched} <= set(projects.editable(actor))


def changes_part(actor: Actor, pair: tuple[Scenario, str, int]) -> bool:
    """The same for one of its changes."""
    return changes_scenario(actor, pair[0])
