# syntax=docker/dockerfile:1
# Stage 1 builds the wheel, stage 2 installs it: no compiler, no sources and no build cache reach the image.
# Any base with Python 3.11 or newer and apt or git will do: --build-arg BASE=registry.example/python:3.12-slim
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY pyproject.toml README.md LICENSE NOTICE CHANGELOG.md ./
COPY src ./src
COPY dev ./dev
RUN python3 -m venv /opt/builder \
    && /opt/builder/bin/pip install "build>=1.3" \
    && /opt/builder/bin/python -m build --wheel --outdir /wheels .

FROM ${BASE}
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# git reads repositories; its version is the distribution's, so that its security fixes arrive with a rebuild.
# hadolint ignore=DL3008
RUN if ! command -v git > /dev/null; then \
        apt-get update \
        && apt-get install --yes --no-install-recommends ca-certificates git \
        && rm -rf /var/lib/apt/lists/*; \
    fi
COPY --from=build /wheels /wheels
# Installed and compiled as root, run as somebody who cannot change it.
RUN python3 -m venv /opt/plumbrule \
    && /opt/plumbrule/bin/pip install --no-cache-dir --disable-pip-version-check --compile /wheels/*.whl \
    && rm -rf /wheels \
    && /opt/plumbrule/bin/python -m plumbrule.mcp_server.analysis.syntax.grammars \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin plumbrule \
    && install --directory --owner=plumbrule --group=plumbrule --mode=0700 /var/cache/plumbrule
ENV PATH=/opt/plumbrule/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/var/cache/plumbrule
USER 10001:10001
# The only place that is written to; with a read-only root file system, mount a volume or a tmpfs here (and on /tmp).
VOLUME ["/var/cache/plumbrule"]
EXPOSE 8765
# The image has no curl, and needs none.
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s --retries=3 \
    CMD ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8765/livez', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["plumbrule"]
# Beyond this machine it refuses to listen until authentication is configured: see docs/ENTERPRISE_DEPLOYMENT.md.
CMD ["serve", "--transport", "http", "--host", "0.0.0.0", "--port", "8765"]
