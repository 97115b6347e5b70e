"""What the tests stand on: the machine's browser and database, the application, the cast."""
