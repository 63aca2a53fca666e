# Two images from one file: `--target ingest` and `--target worker`.
# The worker's image also migrates the database and holds the `callbacks` command.
ARG NODE_IMAGE=node:24-trixie-slim

FROM ${NODE_IMAGE} AS toolchain
WORKDIR /app
COPY package.json ./
RUN npm install --global "$(node --print "require('./package.json').packageManager")"

# package.json files alone, so that editing sources does not install again.
FROM toolchain AS manifests
COPY . .
RUN find . -type f ! -name package.json ! -name 'pnpm-*.yaml' -delete

FROM toolchain AS build
COPY --from=manifests /app ./
RUN pnpm install --frozen-lockfile \
  --filter-prod '@sinch-callbacks/ingest...' --filter-prod '@sinch-callbacks/db...'
COPY . .
# Else the commands below would first install what the filters left out.
ENV pnpm_config_verify_deps_before_run=false
RUN pnpm --filter @sinch-callbacks/db generate && pnpm --filter @sinch-callbacks/ingest build

# Prisma brings its query compiler for every database it knows; this one is Postgres.
FROM toolchain AS worker-dependencies
COPY --from=manifests /app ./
RUN pnpm install --frozen-lockfile --prod --no-optional \
  --filter-prod '@sinch-callbacks/worker...' --filter-prod '@sinch-callbacks/cli...' \
  && find node_modules/.pnpm/@prisma+client@*/ -name 'query_compiler_*' ! -name '*postgresql*' -delete \
  && find node_modules/.pnpm -name '*.map' -delete

FROM ${NODE_IMAGE} AS ingest
ENV NODE_ENV=production HOSTNAME=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=build /app/apps/ingest/.next/standalone ./
COPY --from=build /app/apps/ingest/.next/static apps/ingest/.next/static
USER node
EXPOSE 3000
CMD ["node", "apps/ingest/server.js"]

# Node runs the TypeScript sources as they are (docs/decisions/images-run-the-sources.md).
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
USER node
CMD ["node", "apps/worker/src/main.ts"]
