"""`python -m entrepot` is the command line."""

from entrepot.cli import app

if __name__ == "__main__":
    app()
