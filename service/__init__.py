"""How it runs: settings to everything, web app, post-room, timetable, commands."""
