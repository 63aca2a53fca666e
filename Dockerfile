# Four images from one file: `--target ingest`, `worker`, `handlers` and `sender`.
# The worker's image also migrates the database and holds the `callbacks` command.
ARG NODE_IMAGE=node:24-trixie-slim

FROM ${NODE_IMAGE} AS toolchain
WORKDIR /app
COPY package.json ./
RUN npm install --global "$(node --print "require('./package.json').packageManager")"

# Only package.json files, so that editing sources does not reinstall.
FROM toolchain AS manifests
COPY . .
RUN find . -type f ! -name package.json ! -name 'pnpm-*.yaml' -delete

# The database client, which is generated from the schema.
FROM toolchain AS build
COPY --from=manifests /app ./
RUN pnpm install --frozen-lockfile --filter-prod '@sinch-callbacks/db...'
COPY . .
# Otherwise the command below would first install what the filter left out.
ENV pnpm_config_verify_deps_before_run=false
RUN pnpm --filter @sinch-callbacks/db generate

# Only platforms run Next's routes: the listener needs neither Next nor its dependencies.
FROM toolchain AS ingest-dependencies
COPY --from=manifests /app ./
RUN pnpm install --frozen-lockfile --prod --no-optional --filter-prod '@sinch-callbacks/ingest...' \
  && cd node_modules/.pnpm && rm -rf next@* @next+* @swc+* react@* react-dom@* styled-jsx@* postcss@* caniuse-lite@* baseline-browser-mapping@* \
  && find . -name '*.map' -delete

# Prisma ships a query compiler for every database; only Postgres' is needed.
FROM toolchain AS worker-dependencies
COPY --from=manifests /app ./
RUN pnpm install --frozen-lockfile --prod --no-optional \
  --filter-prod '@sinch-callbacks/worker...' --filter-prod '@sinch-callbacks/cli...' \
  && find node_modules/.pnpm/@prisma+client@*/ -name 'query_compiler_*' ! -name '*postgresql*' -delete \
  && find node_modules/.pnpm -name '*.map' -delete

FROM toolchain AS handlers-dependencies
COPY --from=manifests /app ./
RUN pnpm install --frozen-lockfile --prod --no-optional --filter-prod '@sinch-callbacks/handlers-app...' \
  && find node_modules/.pnpm/@prisma+client@*/ -name 'query_compiler_*' ! -name '*postgresql*' -delete \
  && find node_modules/.pnpm -name '*.map' -delete

FROM toolchain AS sender-dependencies
COPY --from=manifests /app ./
RUN pnpm install --frozen-lockfile --prod --no-optional --filter-prod '@sinch-callbacks/sender...' \
  && find node_modules/.pnpm/@prisma+client@*/ -name 'query_compiler_*' ! -name '*postgresql*' -delete \
  && find node_modules/.pnpm -name '*.map' -delete

# Node runs the TypeScript sources as they are (docs/decisions/images-run-the-sources.md).
FROM ${NODE_IMAGE} AS ingest
ENV NODE_ENV=production INGEST_HOST=0.0.0.0 INGEST_PORT=3000
WORKDIR /app
COPY --from=ingest-dependencies /app ./
COPY packages packages
COPY apps/ingest/src apps/ingest/src
USER node
EXPOSE 3000
CMD ["node", "apps/ingest/src/main.ts"]

FROM ${NODE_IMAGE} AS worker
ENV NODE_ENV=production
WORKDIR /app
COPY --from=worker-dependencies /app ./
COPY prisma prisma
COPY packages packages
COPY apps/worker apps/worker
COPY apps/cli apps/cli
COPY --from=build /app/packages/db/src/generated packages/db/src/generated
RUN printf '#!/bin/sh\nexec node /app/apps/cli/src/main.ts "$@"\n' > /usr/local/bin/callbacks \
  && chmod 755 /usr/local/bin/callbacks
# A new volume that is mounted here takes over the owner: the log of erasures.
RUN install --directory --owner=node --group=node --mode=700 /var/lib/sinch-callbacks
USER node
CMD ["node", "apps/worker/src/main.ts"]

FROM ${NODE_IMAGE} AS handlers
ENV NODE_ENV=production
WORKDIR /app
COPY --from=handlers-dependencies /app ./
COPY packages packages
COPY apps/handlers apps/handlers
COPY --from=build /app/packages/db/src/generated packages/db/src/generated
USER node
CMD ["node", "apps/handlers/src/main.ts"]

FROM ${NODE_IMAGE} AS sender
ENV NODE_ENV=production
WORKDIR /app
COPY --from=sender-dependencies /app ./
COPY packages packages
COPY apps/sender apps/sender
COPY --from=build /app/packages/db/src/generated packages/db/src/generated
USER node
CMD ["node", "apps/sender/src/main.ts"]
