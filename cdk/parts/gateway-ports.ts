/** Where the gateway's container listens. Ports below 1024 would need rights that it does not have. */
export const gatewayPorts = { smtp: 2525, smtps: 2465, http: 8080, httpBulk: 8081, health: 8090 } as const;
