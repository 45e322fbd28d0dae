# SPDX-License-Identifier: MIT
#
# awk -f find.awk -v out=DIR LIST.txt... SOURCE...: finds each mutant's code in the sources and
# writes DIR/NAME: the file, the first line, the last line, the tests to try, what breaks, then the
# lines that take their place. For code that is not found exactly once one line is printed.

function squeeze(line)
{
	gsub(/[ \t]/, "", line)
	return line
}

# The sources by their bytes without blanks, so that code may be indented and broken otherwise.
function search(    n, at, from, first, last)
{
	if (!lines)
		return
	for (n = 1; n <= mutants; n++) {
		from = 1
		while ((at = index(substr(text, from), old[n])) > 0) {
			at += from - 1
			from = at + 1
			if (!(at in line_from) || !(at + length(old[n]) - 1 in line_to))
				continue
			place[n] = file "\n" line_from[at] "\n" line_to[at + length(old[n]) - 1]
			found[n]++
		}
	}
	text = ""
	lines = 0
	split("", line_from)
	split("", line_to)
}

FNR == 1 { search(); file = FILENAME; listing = file ~ /\.txt$/ }

listing && /^mutant / {
	name[++mutants] = $2
	if (seen[$2]++)
		print "not ok " $2 ": two have this name"
	next
}
listing && /^(breaks|try) / {
	key = $1
	sub(/^[a-z]+ /, "")
	if (key == "try")
		tries[mutants] = $0
	else
		breaks[mutants] = $0
	next
}
listing && /^[ +-]/ {
	code = substr($0, 2)
	if (!/^\+/)
		old[mutants] = old[mutants] squeeze(code)
	if (!/^-/)
		new[mutants] = new[mutants] code "\n"
	next
}
listing && /^[^#]/ { print "not ok " FILENAME ":" FNR ": what is that?" }
listing { next }

{
	squeezed = squeeze($0)
	lines++
	if (squeezed == "")
		next
	line_from[length(text) + 1] = FNR
	text = text squeezed
	line_to[length(text)] = FNR
}

END {
	search()
	for (n = 1; n <= mutants; n++) {
		if (found[n] != 1) {
			printf "not ok %s: its code is found %d times\n", name[n], found[n]
			continue
		}
		printf "%s\n%s\n%s\n%s", place[n], tries[n], breaks[n], new[n] >(out "/" name[n])
		close(out "/" name[n])
	}
}
