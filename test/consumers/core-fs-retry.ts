// Type-checked against the packed declarations: the ports fit together without casts.
import { fsBackend } from "@reprise/backend-fs";
import { createReprise, llm, type Reprise } from "@reprise/core";
import { retry, retryProvider } from "@reprise/retry";

export const draft = llm({ name: "draft", retry: retry({ maxAttempts: 4 }), run: async (outline: string) => outline.toUpperCase() });
export const open = (dir: string): Reprise => createReprise({ backend: fsBackend({ dir }), retry: retryProvider() });
