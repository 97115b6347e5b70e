"""How long property tests search: the same few cases in the ordinary check, many new ones in the soak."""

import os

from hypothesis import settings

settings.register_profile("check", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("soak", deadline=None, max_examples=3000)
settings.load_profile("soak" if os.environ.get("KJS_SOAK") else "check")
