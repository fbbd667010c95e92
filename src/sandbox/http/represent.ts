/** Answers in the format the caller asked for: YAML, or JSON for human eyes. Pure. */
import { printYaml } from '../../kube/yaml.ts'
import { negotiate } from '../negotiation.ts'
import { flag } from '../options.ts'
import type { Answer } from '../request.ts'
import { isData } from '../values.ts'
import type { RawRequest } from './server.ts'

/** Programs that people read with. */
const HUMAN = /^(?:curl|Wget|Mozilla\/5\.0)/

/** Documents and logs, which name their own content type, stay as they are. */
export function represent(request: Pick<RawRequest, 'accept' | 'query' | 'userAgent'>, answer: Answer): Answer {
  if (answer.contentType !== undefined) return answer
  if (negotiate(request.accept)?.format === 'yaml') {
    return { ...answer, body: printYaml(sorted(JSON.parse(answer.body))), contentType: 'application/yaml' }
  }
  return isPretty(request) ? { ...answer, body: JSON.stringify(JSON.parse(answer.body), undefined, 2) } : answer
}

function isPretty({ query, userAgent }: Pick<RawRequest, 'query' | 'userAgent'>): boolean {
  return query.get('pretty') ? flag(query, 'pretty') : HUMAN.test(userAgent)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isData(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  )
}
