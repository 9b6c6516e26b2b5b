import { describe, expect, it } from "vitest";
import { isPublicAddress } from "./public-address.ts";

describe("an address", () => {
  it.each(["93.184.215.14", "8.8.8.8", "2001:4860:4860::8888", "2606:4700::1111"])(
    "%s is public",
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    ["this machine", "127.0.0.1", "127.255.0.9", "::1", "0.0.0.0", "0.1.2.3", "::"],
    ["a private network", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"],
    ["link-local, and the cloud's metadata", "169.254.169.254", "169.254.170.2", "fe80::1", "fd00:ec2::254"],
    ["unique-local or site-local", "fc00::1", "fdff::1", "fec0::1"],
    ["a carrier's network", "100.64.0.1", "100.127.255.255"],
    ["IPv4 inside of IPv6", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::8.8.8.8"],
    ["NAT64 and other transitions", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1"],
    ["reserved, documentation, benchmarks", "192.0.2.1", "198.18.0.1", "240.0.0.1", "2001:db8::1", "3fff::1"],
    ["many at once", "224.0.0.1", "255.255.255.255", "ff02::1"],
    ["no address", "", "localhost", "1.2.3.4.5"],
  ])("that is %s is not public", (_, ...addresses) => {
    expect(addresses.filter((address) => isPublicAddress(address))).toEqual([]);
  });
});
