/** What is shown of a part of a message: `name` is that of the field it stands in, if it stands in one. */
export type Show = (path: string, value: unknown, name?: string) => unknown;

/** What is shown in the place of something hidden. */
export const hidden = "[redacted]";
