import type { EventFeed, StateStatus, StreamItem } from "@reprise/core";
import type { HttpSystem } from "./system.ts";

/** How a stream of events becomes text. */
export interface TextForm {
  readonly opening?: string;
  item(item: StreamItem): string;
  /** Undefined where the stream was ended from outside. */
  closing?(status: StateStatus): string;
  /** What is sent while nothing happens, so that nobody on the way takes the connection for dead. */
  readonly heartbeat?: { readonly text: string; readonly everyMs: number };
}

/**
 * The bytes of a stream of events, read one by one as they are asked for: whoever reads slowly makes nothing wait but himself.
 * Nothing is listened to before the first read, nor after `cancel`. What the events fail with fails the bytes, so that a broken stream is not
 * taken for one that has ended.
 */
export function textStream(feed: EventFeed<StreamItem>, form: TextForm, system: HttpSystem): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const { opening, closing, heartbeat } = form;
  let iterator: AsyncIterator<StreamItem, StateStatus | undefined> | undefined;
  let stopBeating = (): void => undefined;

  const begin = (controller: ReadableStreamDefaultController<Uint8Array>): AsyncIterator<StreamItem, StateStatus | undefined> => {
    if (heartbeat) {
      stopBeating = system.setInterval(heartbeat.everyMs, () => {
        // Nothing is piled up for one who does not read.
        if ((controller.desiredSize ?? -1) >= 0) controller.enqueue(encoder.encode(heartbeat.text));
      });
    }
    return feed[Symbol.asyncIterator]();
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        if (opening !== undefined) controller.enqueue(encoder.encode(opening));
      },
      async pull(controller) {
        iterator ??= begin(controller);
        try {
          const { done, value } = await iterator.next();
          if (done !== true) return controller.enqueue(encoder.encode(form.item(value)));
          stopBeating();
          if (value !== undefined && closing) controller.enqueue(encoder.encode(closing(value)));
          controller.close();
        } catch (error) {
          stopBeating();
          throw error;
        }
      },
      async cancel() {
        stopBeating();
        await iterator?.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
