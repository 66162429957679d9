import { expect, test } from "vitest";
import { isSameFile, networkNameOf } from "./files.ts";

test("a file is the same as long as device and inode are", () => {
  const one = { device: 1n, inode: 2n };
  expect(isSameFile(one, { ...one })).toBe(true);
  expect(isSameFile(one, { ...one, inode: 3n })).toBe(false);
  expect(isSameFile(one, { ...one, device: 3n })).toBe(false);
  expect(isSameFile(undefined, undefined)).toBe(false);
});

test("file systems that are reached through a network are known by their type", () => {
  expect([0x6969, 0xff534d42, 0x01021997].map(networkNameOf)).toEqual(["NFS", "CIFS", "9P"]);
  // ext4, tmpfs, overlayfs, btrfs, xfs
  for (const local of [0xef53, 0x01021994, 0x794c7630, 0x9123683e, 0x58465342]) expect(networkNameOf(local)).toBeUndefined();
});
