# The gateway: SMTP submission and large HTTP requests. Built by `cdk deploy`, from the repository's root.
FROM node:24-slim AS build
WORKDIR /postern
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts scripts
COPY shared shared
COPY gateway gateway
RUN node scripts/bundle-gateway.ts dist

FROM node:24-slim
WORKDIR /postern
COPY --from=build /postern/dist/gateway.mjs ./
# All else is read-only at run time; here bodies wait until they are whole.
VOLUME ["/tmp"]
USER node
ENV NODE_ENV=production TZ=UTC
# Messages pass through in short-lived pieces. A small nursery has them collected soon: ten of 30 MB at once
# take 15 to 65 MB of memory, and well over 100 without.
CMD ["node", "--enable-source-maps", "--max-semi-space-size=1", "gateway.mjs"]
