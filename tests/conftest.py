"""What every test has at hand stands in tests/support, one plug-in for each thing."""

pytest_plugins = [
    "tests.support.garbage",
    "tests.support.day",
    "tests.support.offline",
    "tests.support.postgres",
    "tests.support.worded",
    "tests.support.app",
    "tests.support.server",
    "tests.support.browser",
    "tests.support.machine",
    "tests.support.mails",
    "tests.support.issuer",
    "tests.support.properties",
]
