import ipaddr from "ipaddr.js";

/** What the internet's registries have handed out so far (RFC 4291 §2.4); the rest is special or unassigned. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * False for an address behind which something of our own could stand: this machine, its network, the cloud's
 * metadata service, and every form of IPv6 address that carries an IPv4 address to who knows where.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  return !(parsed instanceof ipaddr.IPv6) || parsed.match(globalUnicast);
}
