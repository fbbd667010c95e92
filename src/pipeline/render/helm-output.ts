/** Splits what `helm template` printed into objects that know their template. Pure. */
import { HalcyonError } from '../../api/errors.ts'
import { parseManifest } from './manifest.ts'
import { under } from './paths.ts'
import type { SourceOutput } from './source-output.ts'

/** `directory`: the chart's path in its repository, for origins. Throws ManifestInvalid naming the template. */
export function readHelmOutput(text: string, directory: string): SourceOutput {
  const manifest = parseManifest(text)
  const templates = templateLines(text)
  const origin = (line: number) => originAt(templates, line, directory)
  if (manifest.failure !== undefined) {
    const { line, message } = manifest.failure
    throw new HalcyonError('ManifestInvalid', `Cannot read the output of ${origin(line)}: ${message}`)
  }
  return {
    objects: manifest.objects.map(({ object, line }) => ({ object, path: origin(line) })),
    warnings: manifest.warnings.map(({ line, message }) => ({
      reason: 'DuplicateKey' as const,
      message: `${origin(line)}: ${message}`,
    })),
  }
}

interface TemplateLine {
  readonly line: number
  readonly template: string
}

/** Helm writes `# Source: chart/templates/x.yaml` before each document. */
function templateLines(text: string): TemplateLine[] {
  const found: TemplateLine[] = []
  let line = 1
  for (let at = 0; at < text.length; line++) {
    if (text.startsWith('# Source: ', at)) {
      const end = text.indexOf('\n', at)
      found.push({ line, template: text.slice(at + 10, end < 0 ? undefined : end).trim() })
    }
    const next = text.indexOf('\n', at)
    if (next < 0) break
    at = next + 1
  }
  return found
}

/** Lines grow, so the last template at or before the line wins; the chart's name gives way to its directory. */
function originAt(templates: readonly TemplateLine[], line: number, directory: string): string {
  let low = 0
  let high = templates.length
  while (low < high) {
    const middle = (low + high) >> 1
    // The document's first content may be the comment itself or the line after.
    if (templates[middle]!.line <= line + 1) low = middle + 1
    else high = middle
  }
  const template = templates[low - 1]?.template ?? ''
  return under(directory, template.slice(template.indexOf('/') + 1))
}
