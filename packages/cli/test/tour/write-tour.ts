import { writeFile } from "node:fs/promises";
import { makeTour } from "./make-tour.ts";

// npx -y pnpm@12.21.0 exec node --conditions=@reprise/source packages/cli/test/tour/write-tour.ts
await writeFile(new URL("../../../../docs/tour.md", import.meta.url), await makeTour());
