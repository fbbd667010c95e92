/** Takes single files out of a large zip archive without holding it in memory. Effects: reads the archive, writes the target. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'

export interface ZipEntry {
  readonly name: string
  readonly size: number
  readonly crc32: number
  readonly compressedSize: number
  readonly method: number
  readonly offset: number
}

const endSignature = 0x06054b50
const entrySignature = 0x02014b50

/** The central directory (no zip64: archives under 4 GiB). Throws Error when the file is not a zip archive. */
export async function zipEntries(archive: FileHandle): Promise<ZipEntry[]> {
  const { size } = await archive.stat()
  const tail = Buffer.alloc(Math.min(size, 65_557))
  await archive.read(tail, 0, tail.length, size - tail.length)
  let end = tail.length - 22
  while (end >= 0 && tail.readUInt32LE(end) !== endSignature) end--
  if (end < 0) throw new Error('not a zip archive')
  const directory = Buffer.alloc(tail.readUInt32LE(end + 12))
  await archive.read(directory, 0, directory.length, tail.readUInt32LE(end + 16))

  const entries: ZipEntry[] = []
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === entrySignature; ) {
    const nameLength = directory.readUInt16LE(at + 28)
    entries.push({
      method: directory.readUInt16LE(at + 10),
      crc32: directory.readUInt32LE(at + 16),
      compressedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
    })
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return entries
}

/** Streams one entry to a file; returns the sha256 of what was written. Throws Error when the size is not what the archive promised. */
export async function extractEntry(
  archivePath: string,
  entry: ZipEntry,
  target: string,
  mode: number,
): Promise<string> {
  const archive = await open(archivePath)
  try {
    const header = Buffer.alloc(30)
    await archive.read(header, 0, 30, entry.offset)
    const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
    const source = archive.createReadStream({ start, end: start + entry.compressedSize - 1, autoClose: false })
    const hash = createHash('sha256')
    let size = 0
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk)
        size += chunk.length
        done(null, chunk)
      },
    })
    const sink = createWriteStream(target, { mode })
    if (entry.method === 0) await pipeline(source, measure, sink)
    else await pipeline(source, createInflateRaw(), measure, sink)
    if (size !== entry.size) throw new Error(`${entry.name}: ${size} bytes instead of ${entry.size}`)
    return hash.digest('hex')
  } finally {
    await archive.close()
  }
}
