import type { StateBackend } from "@reprise/core/spi";
import { stores } from "./backends.ts";

/** The stores without another one on the same place: `describe.each(bothBackends)("…, %s", (_, open) => …)`. */
export const bothBackends: readonly (readonly [name: string, open: () => Promise<StateBackend>])[] = stores.map(([name, open]) => [name, async () => (await open()).backend]);
