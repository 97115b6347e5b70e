"""What a party takes along, kind by kind: what is its own or shared with it, as any of its members may see it.

Each kind names its columns one by one: a column that joins a table later goes out only when somebody writes it here.
Whatever leads elsewhere (the project of an ask, a destination of a result) is named only where it may be seen too.
"""

from collections.abc import Sequence

from kangjiansheng.core.changes import Actor
from kangjiansheng.overview.queries.party_data import committee, files, labs, projects
from kangjiansheng.overview.queries.party_data.base import Kind, Scope, scope_of

__all__ = ["Kind", "Scope", "files", "kinds", "scope_of"]


def kinds(actor: Actor) -> Sequence[Kind]:
    """All kinds, in the order in which an archive holds them; `actor` stands for the party."""
    scope = scope_of(actor)
    return [*labs.kinds(scope), *projects.kinds(scope), *committee.kinds(scope)]
