"""The application for servers and for the flask command."""

import os

from marketplace.app import create_app
from marketplace.config import Settings

app = create_app(Settings.from_environment(os.environ))
