"""`python -m service` is `hansho`."""

from service.commands import main

if __name__ == "__main__":
    main()
