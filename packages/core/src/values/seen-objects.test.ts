import { expect, test } from "vitest";
import { SeenObjects } from "./seen-objects.ts";

test("an object is new once, however many there are", () => {
  for (const count of [1, 12, 13, 14, 100]) {
    const objects = Array.from({ length: count }, () => ({}));
    const seen = new SeenObjects();
    expect(objects.map((object) => seen.add(object))).not.toContain(false);
    expect(objects.map((object) => seen.add(object))).not.toContain(true);
  }
});
