const leastColumns = 20;
const usualColumns = 80;

/** The columns to write for: undefined where it is no terminal, the usual ones on one that does not know its size (0, of some that programs make). */
export function usableColumns({ isTTY, columns }: { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined }): number | undefined {
  if (isTTY !== true) return undefined;
  return columns !== undefined && columns >= leastColumns ? columns : usualColumns;
}
