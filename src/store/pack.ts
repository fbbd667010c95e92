/** Compressed bytes for the database. Pure. */
import { promisify } from 'node:util'
import { deflateRaw, deflateRawSync, inflateRaw, inflateRawSync } from 'node:zlib'

const deflateAsync = promisify(deflateRaw)
const inflateAsync = promisify(inflateRaw)

// Below this the hand-over to another thread costs more than the work; above it the work would stop everything else.
const largeBytes = 128 * 1024
const options = { level: 2 }
// zlib's default window takes 268 KB for each call, and thousands of small bundles in a row make that the peak of the process.
const smallBytes = 16 * 1024
const smallOptions = { level: 2, windowBits: 12, memLevel: 5, chunkSize: 4096 }

/** A promise only for what is large: the small ones, which are nearly all, then cost no turn of the loop. */
export function pack(bytes: Uint8Array): Uint8Array | Promise<Uint8Array> {
  if (bytes.length <= smallBytes) return deflateRawSync(bytes, smallOptions)
  return bytes.length < largeBytes ? deflateRawSync(bytes, options) : deflateAsync(bytes, options)
}

/** The inverse of pack. */
export function unpack(bytes: Uint8Array): Uint8Array | Promise<Uint8Array> {
  return bytes.length < largeBytes / 4 ? inflateRawSync(bytes) : inflateAsync(bytes)
}
