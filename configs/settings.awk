# SPDX-License-Identifier: MIT
#
# settings.awk Config.in FILE: what kconfig makes of FILE, of every symbol of Config.in: CONFIG_X=y,
# or nothing behind the =, of a bool; a number of an int. What FILE does not say has its default, and
# so has an int that may not be set, or not to that. Knows no more of kconfig than Config.in uses.

# Is "A && B || C" so?
function holds(condition, term, name, i, j)
{
	for (i = split(condition, term, / *[|][|] */); i; i--) {
		for (j = split(term[i], name, / *&& */); j && value(name[j]) == "y"; j--)
			;
		if (!j)
			return 1
	}
	return condition == ""
}

function value(name)
{
	if (!holds(condition[name]))
		return type[name] == "int" ? preset[name] : ""
	if (!(name in given) || type[name] == "int" && (given[name] < least[name] || given[name] > most[name]))
		return preset[name]
	return given[name]
}

NR == FNR && $1 == "config" { order[++count] = name = $2 }
NR == FNR && ($1 == "bool" || $1 == "int") { type[name] = $1 }
NR == FNR && $1 == "int" && sub(/.*" if /, "") { condition[name] = $0 }
NR == FNR && $1 == "depends" && sub(/.* on /, "") { condition[name] = $0 }
NR == FNR && $1 == "range" { least[name] = $2 + 0; most[name] = $3 + 0 }
NR == FNR && $1 == "default" { preset[name] = $2 }
NR > FNR && /^# CONFIG_[A-Z0-9_]* is not set$/ { given[substr($2, 8)] = "" }
NR > FNR && sub(/^CONFIG_/, "") && split($0, part, "=") { given[part[1]] = part[2] == "n" ? "" : part[2] }

END {
	for (i = 1; i <= count; i++)
		print "CONFIG_" order[i] "=" value(order[i])
}
