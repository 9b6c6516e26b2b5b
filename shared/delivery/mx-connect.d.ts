declare module "mx-connect" {
  import type { MxRecord } from "node:dns";
  import type { Socket } from "node:net";

  interface MxConnectOptions {
    /** Address or domain of the recipient. */
    target: string;
    port?: number;
    /** Milliseconds for each host. */
    maxConnectTime?: number;
    localHostname?: string;
    dnsOptions?: {
      blockLocalAddresses?: boolean;
      blockReservedNetworks?: boolean;
      resolveRecords?: (domain: string, type: string) => Promise<(string | MxRecord | string[])[]>;
    };
  }

  interface MxConnection {
    socket: Socket;
    hostname: string;
    host: string;
  }

  export default function mxConnect(options: MxConnectOptions): Promise<MxConnection>;
}
