"""The shell: signed in or out, its keys, its theme, its one live connection."""
