# ShopAssist for production: web, worker, beat and commands from one image. Nothing in it is secret, nothing is written.
ARG PYTHON=python:3.11.14-slim-trixie

FROM ${PYTHON} AS packages
# The optional embedding model is in it; `--build-arg LOCK=requirements.lock` leaves it out.
ARG LOCK=requirements-embeddings.lock
COPY ${LOCK} /tmp/lock
RUN python -m venv /opt/packages \
 && /opt/packages/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --require-hashes -r /tmp/lock

FROM ${PYTHON}
RUN groupadd --gid 10001 shopassist \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin shopassist
COPY --from=packages /opt/packages /opt/packages
WORKDIR /srv/shopassist
COPY manage.py ./
COPY customers customers
COPY recommendations recommendations
COPY shopassist shopassist
COPY templates templates
COPY tracing tracing
RUN /opt/packages/bin/python -m compileall -q .
ENV PATH=/opt/packages/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    SHOPASSIST_ENV=production \
    DATA_DIR=/tmp/shopassist \
    HOST=0.0.0.0 \
    PORT=8000
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=90s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
CMD ["python", "manage.py", "serve"]
