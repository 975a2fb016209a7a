# The page and the HTTP API, in a container: docs/howto/page.md#in-a-container
FROM python:3.11-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/claimcheck && \
    /opt/claimcheck/bin/pip install --no-cache-dir '.[html,pdf,docx,web]'

FROM python:3.11-slim
# Nothing in the container needs to be root. Runs and answers are in the volume.
RUN useradd --create-home --uid 1000 claimcheck && \
    install --directory --owner claimcheck /data
COPY --from=build /opt/claimcheck /opt/claimcheck
ENV PATH=/opt/claimcheck/bin:$PATH
USER 1000
VOLUME /data
EXPOSE 8765
# Any other address than loopback requires CLAIMCHECK_TOKEN.
ENTRYPOINT ["claimcheck"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8765", "--store", "/data/runs.db"]
