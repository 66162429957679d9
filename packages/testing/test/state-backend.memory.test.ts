import { memoryBackend, type MemoryBackend } from "@reprise/backend-memory";
import { stateBackendSuite } from "@reprise/testing/vitest";

stateBackendSuite("memoryBackend", {
  open: () => memoryBackend(),
  abandon: (backend, stateId) => (backend as MemoryBackend).abandon(stateId),
});

// A snapshot taken without warning is a crash: what follows must hold for a backend that starts from one.
stateBackendSuite("memoryBackend from a snapshot", {
  open: () => memoryBackend(),
  reopen: (backend) => memoryBackend({ from: (backend as MemoryBackend).snapshot() }),
  abandon: (backend, stateId) => (backend as MemoryBackend).abandon(stateId),
});
