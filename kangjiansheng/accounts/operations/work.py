"""What administrators do about the worker's tasks."""

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.queue import Task


def begin_again(task: Task, *, actor: Actor) -> None:
    """Put a task that was given up back into the queue; its attempts are counted anew."""
    if task.state != "failed":
        raise RuleBroken("accounts:task-not-again")
    before = {"state": task.state}
    task.state, task.attempts, task.due_at, task.ended_at = "waiting", 0, clock.now(), None
    record("accounts:task:again", task, actor=actor, before=before, after={"state": task.state})
