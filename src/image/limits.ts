// How large a picture may be.

/** Pictures with more pixels than this are refused from their header, before anything is decoded (2^27 = 134 megapixels). */
export const PIXEL_LIMIT = 2 ** 27;
