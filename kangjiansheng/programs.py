"""The roof's list of what programs read and do: the interfaces of all floors."""

from datetime import timedelta

from flask import Flask

from kangjiansheng.accounts import api as accounts
from kangjiansheng.committee import api as committee
from kangjiansheng.core import once
from kangjiansheng.core.jobs import Job
from kangjiansheng.core.rest import acts
from kangjiansheng.labs import api as labs
from kangjiansheng.overview import api as overview
from kangjiansheng.projects import api as projects

# What webhooks tell of, in the order in which it is chosen.
EVENTS = (*labs.EVENTS, *projects.EVENTS, *committee.EVENTS)
BLUEPRINTS = (acts.bp, accounts.bp, labs.bp, projects.bp, committee.bp, overview.bp)
ROUNDS = (Job("answers", timedelta(hours=1), once.forget),)
# The first words of pages' addresses that are others for programs.
CALLED = {"partners": "institutions"}


def init_app(app: Flask) -> None:
    """Let programs read and act on all floors. The pages must be registered before: their acts are the programs'."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    listed = (*accounts.ACTS, *labs.ACTS, *projects.ACTS, *committee.ACTS, *overview.ACTS)
    acts.init_app(app, listed, CALLED, accounts.pushed)
