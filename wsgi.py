"""The WSGI entry point."""

from kangjiansheng.app import create_app

app = create_app()
