# SPDX-License-Identifier: MIT
#
# Sets what RULES says against what came of it; see conformance.sh. First come lines "NAME RESULT
# TEXT", RESULT ok, failed, skipped or named (and not run here); then RULES: a rule begins at the
# margin, "RFC N SECTION, SECTION, RFC M SECTION: WORDS" or "mcproxy: WORDS"; lines with a tab name
# what shows it, or say "none: WHY".

function complain(what)
{
	printf "    %s\n", what
	wrong = 1
}

# Is the transcript called NAME named after one of the sections of the rule?
function is_named_after(name, i)
{
	for (i = 1; i <= section_count; i++)
		if (index(name, section[i] "-") == 1)
			return 1
	return 0
}

# The sections that a line cites before its first colon, as transcripts are named: rfc3376-6.4.2.
function read_sections(line, word, count, i, rfc)
{
	section_count = 0
	count = split(substr(line, 1, index(line, ":") - 1), word, /,? /)
	for (i = 1; i <= count; i++)
		if (word[i] == "RFC")
			rfc = word[++i]
		else if (rfc)
			section[++section_count] = "rfc" rfc "-" word[i]
}

# What a transcript has to be, whatever the rules say.
function check_transcript(name)
{
	if (!(name in used))
		complain(name " is named by no rule")
	if (result_of[name] != "ok")
		return
	if (text_of[name] !~ /^# /)
		complain(name " does not begin with its rule")
	if (!match(name, /^rfc[0-9]+-[0-9A-Z.]+-/))
		return
	if (!(substr(name, 1, RLENGTH - 1) in cited))
		complain(name " is named after a section that no rule cites")
	read_sections(text_of[name])
	if (!is_named_after(name))
		complain(name " does not cite the section that it is named after")
}

function end_rule(result)
{
	if (!rule)
		return
	result = failed ? "FAILED" : transcripts + units ? "ok" : named ? "see there" : \
		none ? "none" : "NO TRANSCRIPT"
	if (section_count && transcripts && !is_fitting)
		complain("no transcript is named after its section")
	if (failed || result == "NO TRANSCRIPT")
		wrong = 1
	printf "%-13s %s\n", result, rule
	for (line = 1; line <= line_count; line++)
		printf "%13s %s\n", "", shown_line[line]
	count_of[result]++
}

# A name as RULES has it, with its result.
function show(name)
{
	used[name] = 1
	if (is_fitting == 0 && is_named_after(name))
		is_fitting = 1
	if (!(name in result_of)) {
		failed = 1
		return name " (there is none)"
	}
	if (result_of[name] == "failed") {
		failed = 1
		return name " FAILED: " text_of[name]
	}
	if (result_of[name] == "named" || result_of[name] == "skipped") {
		named++
		return name (text_of[name] ? " (skipped: " text_of[name] ")" : " (in make check)")
	}
	if (name ~ /^unit\//)
		units++
	else
		transcripts++
	return name
}

NR == FNR {
	result_of[$1] = $2
	text_of[$1] = substr($0, length($1) + length($2) + 3)
	next
}
/^#/ || /^$/ { next }
/^[^\t]/ {
	end_rule()
	rule = $0
	failed = transcripts = units = named = none = line_count = is_fitting = 0
	read_sections($0)
	for (i = 1; i <= section_count; i++)
		cited[section[i]] = 1
	next
}
/^\tnone: / {
	none = 1
	shown_line[++line_count] = substr($0, 8)
	next
}
{
	for (i = 1; i <= NF; i++)
		shown_line[++line_count] = show($i)
}
END {
	end_rule()
	for (name in result_of)
		if (name !~ /\//)
			check_transcript(name)
	printf "%d rules shown, %d by what make check reports elsewhere, %d not to be shown, ",
		count_of["ok"], count_of["see there"], count_of["none"]
	printf "%d failed, %d without a transcript\n",
		count_of["FAILED"], count_of["NO TRANSCRIPT"]
	exit wrong || !count_of["ok"]
}
