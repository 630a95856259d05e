import logging


class RequestIds(logging.Filter):
    pass
