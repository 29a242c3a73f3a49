"""`python -m service` is `hansho`."""

from service.entry import main

if __name__ == "__main__":
    main()
