/** What is read of bodies, in bytes, for one part of a list; a part has one row at least. */
export const pageBytes: number = 512 * 1024
