# syntax=docker/dockerfile:1
# The widget and the console: files that become part of the program.
FROM node:22-bookworm-slim AS front
WORKDIR /src
COPY . .
RUN for front in widget console; do \
      if [ -f "$front/package.json" ]; then npm --prefix "$front" ci --no-fund --no-audit && npm --prefix "$front" run build; fi; \
      mkdir -p "$front/dist"; \
    done

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=front /src/widget/dist widget/dist
COPY --from=front /src/console/dist console/dist
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked && cp target/release/frontdesk /frontdesk
# A local embedding model where one can be had; without it search uses words alone.
RUN mkdir -p models && scripts/models.sh

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 frontdesk && install -d -o frontdesk /srv/frontdesk/data
WORKDIR /srv/frontdesk
COPY --from=build /frontdesk /usr/local/bin/frontdesk
COPY --from=build /src/models models
COPY knowledge knowledge
USER frontdesk
ENV FRONTDESK_SERVER__LISTEN=0.0.0.0:8080
# The system's allocator gives back what taking documents in has used (docs/benchmarks.md).
ENV MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072 MALLOC_MMAP_THRESHOLD_=131072
VOLUME /srv/frontdesk/data
EXPOSE 8080
ENTRYPOINT ["frontdesk"]
CMD ["serve"]
