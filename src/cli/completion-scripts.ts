/** The shells' side of completion: each asks `halcyon __complete` and offers what comes back. Pure. */

const bash = `# bash completion of halcyon; in ~/.bashrc: source <(halcyon completion bash)
_halcyon() {
  local line candidates
  COMPREPLY=()
  candidates=$(halcyon __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return
  while IFS= read -r line; do
    [ -n "$line" ] && COMPREPLY+=("\${line%%$'\\t'*}")
  done <<< "$candidates"
}
complete -o default -F _halcyon halcyon
`

const zsh = `#compdef halcyon
# zsh completion of halcyon; into a folder of $fpath as _halcyon
_halcyon() {
  local line
  local -a candidates
  for line in "\${(@f)$(halcyon __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( \${#candidates} )); then _describe halcyon candidates; else _files; fi
}
if [ "$funcstack[1]" = "_halcyon" ]; then _halcyon "$@"; else compdef _halcyon halcyon; fi
`

const fish = `# fish completion of halcyon; into ~/.config/fish/completions/halcyon.fish
function __halcyon_complete
    set -l words (commandline -opc)[2..-1] (commandline -ct)
    halcyon __complete -- $words 2>/dev/null
end
complete -c halcyon -a '(__halcyon_complete)'
`

export function completionScript(shell: 'bash' | 'zsh' | 'fish'): string {
  return { bash, zsh, fish }[shell]
}
