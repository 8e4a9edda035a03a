# The relay with its embedded store on the volume /data.
#   docker build -t subtotal-relay .
#   docker run -p 127.0.0.1:8080:8080 -v relay-data:/data --env-file .env subtotal-relay
# One container per volume. Behind a reverse proxy publish /webhooks/subtotal alone.

FROM node:24-slim AS build
WORKDIR /build
COPY . .
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile
RUN npx --yes pnpm@12.21.0 --filter "@subtotal-connectors/relay..." run build
RUN npx --yes pnpm@12.21.0 --filter "@subtotal-connectors/relay" deploy --legacy --prod /relay

FROM node:24-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8080 \
    RELAY_STORE=sqlite:/data/relay.db
WORKDIR /relay
COPY --from=build /relay ./
RUN mkdir -m 0700 /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
# The relay needs up to 25 s to finish what is in flight: docker stop --time 30
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/main.js"]
CMD ["start"]
