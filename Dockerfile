# Tianchou 田畴. Built from a checkout: docker build -t tianchou .
# Three stages: what building needs, what running needs, what runs. No shell of ours, no compiler and no tool of development is in the last.

FROM node:24-bookworm-slim AS build
WORKDIR /src
ENV CI=1 HUSKY=0
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.base.json tsconfig.pure.json tsconfig.server.json tsconfig.web.json vite.config.ts ./
COPY scripts ./scripts
COPY bin ./bin
COPY packs ./packs
COPY migrations ./migrations
COPY src ./src
RUN npm run build

FROM node:24-bookworm-slim AS packages
WORKDIR /src
COPY package.json package-lock.json ./
COPY scripts/drop-tools.js ./scripts/
RUN npm ci --omit=dev --no-audit --no-fund && node scripts/drop-tools.js

FROM node:24-bookworm-slim
# tini reaps children that died and hands signals on: with the program as process 1 neither would be done.
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/* \
  && groupadd --gid 10001 tianchou \
  && useradd --uid 10001 --gid tianchou --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin tianchou \
  && install -d -o tianchou -g tianchou -m 0750 /data
WORKDIR /app
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8321 \
    TIANCHOU_DATA=/data
COPY --from=packages /src/node_modules ./node_modules
COPY --from=build /src/dist ./dist
COPY --from=build /src/.cache ./.cache
COPY package.json LICENSE NOTICE ./
COPY bin ./bin
COPY packs ./packs
COPY migrations ./migrations
# The program belongs to root and is only read; what the service writes is the volume (and /tmp).
USER 10001:10001
VOLUME /data
EXPOSE 8321
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
  CMD ["node", "bin/tianchou-health.js"]
ENTRYPOINT ["/usr/bin/tini", "-s", "--", "node", "bin/tianchou.js"]
CMD ["serve"]
