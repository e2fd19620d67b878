# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_haidang_global_optspecs
    string join \n data= json lang= zone= now= h/help V/version
end

function __fish_haidang_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_haidang_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_haidang_using_subcommand
    set -l cmd (__fish_haidang_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c haidang -n "__fish_haidang_needs_command" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_needs_command" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_needs_command" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_needs_command" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_needs_command" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_needs_command" -s V -l version -d 'Print version'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "ingest" -d 'Take report files into the lake'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "events" -d 'Show events'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "list" -d 'Write the list of an organisation or operator for a month'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "stats" -d 'Count infected and exposed addresses'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "whois" -d 'Tell who owns an address, name, URL or account, and what is known of it'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "constituency" -d 'Import and check who owns what'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "indicators" -d 'Known malware hosts: import lists, see them, hold logs against them'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "reattribute" -d 'Let the newest constituency count from a past day on'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "quarantine" -d 'Look at rows that could not be read, and try them again'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "feeds" -d 'Show how the feeds live'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "reports" -d 'Show the reports that came in'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "lake" -d 'Look after the lake'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "demo" -d 'Make a small country, ingest its reports, show the result; with --serve its portal, too'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "serve" -d 'Serve the portal: take in reports as they come, answer visitors and officers'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "token" -d 'Make a token with which a feed delivers to the portal; it is shown once'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "doctor" -d 'Check the data folder'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "made" -d 'Make a large report and its constituency, for benches'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "timed" -d 'Ask one question several times with the lake open, for benches'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "docs" -d 'Write the generated pages: formats, manual, completions'
complete -c haidang -n "__fish_haidang_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c haidang -n "__fish_haidang_using_subcommand ingest" -l schema -d 'Shadowserver schema file; it is kept in the data folder and used from then on' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand ingest" -l feed -d 'The feed they belong to (if not said: by file name, see feeds.toml)' -r
complete -c haidang -n "__fish_haidang_using_subcommand ingest" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand ingest" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand ingest" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand ingest" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand ingest" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand ingest" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand events" -l since -d 'First day, YYYY-MM-DD' -r
complete -c haidang -n "__fish_haidang_using_subcommand events" -l until -d 'Last day, YYYY-MM-DD' -r
complete -c haidang -n "__fish_haidang_using_subcommand events" -l kind -d 'Kinds: botnet, exposed, abuse, victim, none, or all' -r -f -a "botnet\t''
exposed\t''
abuse\t''
victim\t''
none\t''
all\t''"
complete -c haidang -n "__fish_haidang_using_subcommand events" -l family -d 'Malware family' -r
complete -c haidang -n "__fish_haidang_using_subcommand events" -l org -d 'Organisation or operator: its code; what is below it counts too' -r
complete -c haidang -n "__fish_haidang_using_subcommand events" -l attribution -d 'Attribution version (if not said: the newest)' -r
complete -c haidang -n "__fish_haidang_using_subcommand events" -l ip -d 'Address or other subject' -r
complete -c haidang -n "__fish_haidang_using_subcommand events" -l asn -d 'Autonomous system number that the feed gave' -r
complete -c haidang -n "__fish_haidang_using_subcommand events" -l format -d 'intelmq: JSON lines in the names of the IntelMQ data format, our additions under haidang.*' -r -f -a "intelmq\t''
csv\t''
table\t''"
complete -c haidang -n "__fish_haidang_using_subcommand events" -l limit -d 'At most so many (if not said: all)' -r
complete -c haidang -n "__fish_haidang_using_subcommand events" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand events" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand events" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand events" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand events" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand events" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand list" -l org -d 'Organisation or operator: its code' -r
complete -c haidang -n "__fish_haidang_using_subcommand list" -l asn -d 'Autonomous system number that the feed gave' -r
complete -c haidang -n "__fish_haidang_using_subcommand list" -l month -d 'The month, YYYY-MM' -r
complete -c haidang -n "__fish_haidang_using_subcommand list" -l out -d 'Folder for the files' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand list" -l format -d 'csv, xlsx or both; XLSX up to 100,000 rows (if not said: both, for an operator csv)' -r -f -a "csv\t''
xlsx\t''"
complete -c haidang -n "__fish_haidang_using_subcommand list" -l kind -d 'Kinds: botnet, exposed, abuse, victim, none, or all' -r -f -a "botnet\t''
exposed\t''
abuse\t''
victim\t''
none\t''
all\t''"
complete -c haidang -n "__fish_haidang_using_subcommand list" -l attribution -d 'Attribution version (if not said: the newest)' -r
complete -c haidang -n "__fish_haidang_using_subcommand list" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand list" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand list" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand list" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand list" -l all -d 'Every organisation and operator that has something'
complete -c haidang -n "__fish_haidang_using_subcommand list" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand stats" -l by -d 'What to count by; of two, the second within the first' -r -f -a "family\t''
kind\t''
isp\t''
asn\t''
org\t''
province\t''
day\t''
feed\t''"
complete -c haidang -n "__fish_haidang_using_subcommand stats" -l since -d 'First day, YYYY-MM-DD' -r
complete -c haidang -n "__fish_haidang_using_subcommand stats" -l until -d 'Last day, YYYY-MM-DD' -r
complete -c haidang -n "__fish_haidang_using_subcommand stats" -l kind -d 'Kinds: botnet, exposed, abuse, victim, none, or all' -r -f -a "botnet\t''
exposed\t''
abuse\t''
victim\t''
none\t''
all\t''"
complete -c haidang -n "__fish_haidang_using_subcommand stats" -l family -d 'Malware family' -r
complete -c haidang -n "__fish_haidang_using_subcommand stats" -l org -d 'Organisation or operator: its code; what is below it counts too' -r
complete -c haidang -n "__fish_haidang_using_subcommand stats" -l attribution -d 'Attribution version (if not said: the newest)' -r
complete -c haidang -n "__fish_haidang_using_subcommand stats" -l publish -d 'Keep the answer under this name in the data folder, as published' -r
complete -c haidang -n "__fish_haidang_using_subcommand stats" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand stats" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand stats" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand stats" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand stats" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand stats" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand whois" -l at -d 'On this day or at this time (if not said: now)' -r
complete -c haidang -n "__fish_haidang_using_subcommand whois" -l attribution -d 'Attribution version (if not said: the newest)' -r
complete -c haidang -n "__fish_haidang_using_subcommand whois" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand whois" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand whois" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand whois" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand whois" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand whois" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and not __fish_seen_subcommand_from import conflicts versions help" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and not __fish_seen_subcommand_from import conflicts versions help" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and not __fish_seen_subcommand_from import conflicts versions help" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and not __fish_seen_subcommand_from import conflicts versions help" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and not __fish_seen_subcommand_from import conflicts versions help" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and not __fish_seen_subcommand_from import conflicts versions help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and not __fish_seen_subcommand_from import conflicts versions help" -f -a "import" -d 'Import organisations.csv, networks.csv, asns.csv and domains.csv of a folder'
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and not __fish_seen_subcommand_from import conflicts versions help" -f -a "conflicts" -d 'What is wrong or in dispute in the newest snapshot'
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and not __fish_seen_subcommand_from import conflicts versions help" -f -a "versions" -d 'The attribution versions'
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and not __fish_seen_subcommand_from import conflicts versions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from import" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from import" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from import" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from import" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from import" -l dry-run -d 'Only check, import nothing'
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from import" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from conflicts" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from conflicts" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from conflicts" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from conflicts" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from conflicts" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from conflicts" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from versions" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from versions" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from versions" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from versions" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from versions" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from versions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from help" -f -a "import" -d 'Import organisations.csv, networks.csv, asns.csv and domains.csv of a folder'
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from help" -f -a "conflicts" -d 'What is wrong or in dispute in the newest snapshot'
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from help" -f -a "versions" -d 'The attribution versions'
complete -c haidang -n "__fish_haidang_using_subcommand constituency; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and not __fish_seen_subcommand_from import list match help" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and not __fish_seen_subcommand_from import list match help" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and not __fish_seen_subcommand_from import list match help" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and not __fish_seen_subcommand_from import list match help" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and not __fish_seen_subcommand_from import list match help" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and not __fish_seen_subcommand_from import list match help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and not __fish_seen_subcommand_from import list match help" -f -a "import" -d 'Import lists, each in place of the one of its name; logs that come from now on are held against them'
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and not __fish_seen_subcommand_from import list match help" -f -a "list" -d 'The lists'
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and not __fish_seen_subcommand_from import list match help" -f -a "match" -d 'Hold logs against indicators and tell what was found; nothing is stored'
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and not __fish_seen_subcommand_from import list match help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from import" -l source -d 'Who keeps the lists' -r
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from import" -l confidence -d 'How sure he is, per cent' -r
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from import" -l until -d 'Until which day they count, YYYY-MM-DD, the day itself not included' -r
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from import" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from import" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from import" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from import" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from import" -l allow -d 'The lists are of what is never an indicator'
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from import" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from list" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from list" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from list" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from list" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from list" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from match" -l indicators -d 'A list or a folder of lists (if not said: those of the data folder)' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from match" -l format -d 'What the logs are (if not said: by how each begins)' -r -f -a "zeek\t''
suricata\t''
nfdump\t''
dns-log\t''
squid\t''"
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from match" -l inside -d 'A network that is ours, in prefix notation (if not said: private ones and the constituency\'s)' -r
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from match" -l log-zone -d 'Zone of times that say none' -r
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from match" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from match" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from match" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from match" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from match" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from match" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from help" -f -a "import" -d 'Import lists, each in place of the one of its name; logs that come from now on are held against them'
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from help" -f -a "list" -d 'The lists'
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from help" -f -a "match" -d 'Hold logs against indicators and tell what was found; nothing is stored'
complete -c haidang -n "__fish_haidang_using_subcommand indicators; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c haidang -n "__fish_haidang_using_subcommand reattribute" -l since -d 'First day, YYYY-MM-DD' -r
complete -c haidang -n "__fish_haidang_using_subcommand reattribute" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand reattribute" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand reattribute" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand reattribute" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand reattribute" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand reattribute" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and not __fish_seen_subcommand_from list show replay retry help" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and not __fish_seen_subcommand_from list show replay retry help" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and not __fish_seen_subcommand_from list show replay retry help" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and not __fish_seen_subcommand_from list show replay retry help" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and not __fish_seen_subcommand_from list show replay retry help" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and not __fish_seen_subcommand_from list show replay retry help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and not __fish_seen_subcommand_from list show replay retry help" -f -a "list" -d 'Reports with rows that could not be read'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and not __fish_seen_subcommand_from list show replay retry help" -f -a "show" -d 'The rows of a report'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and not __fish_seen_subcommand_from list show replay retry help" -f -a "replay" -d 'Try the rows of a report again, with the schema and mappings of today'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and not __fish_seen_subcommand_from list show replay retry help" -f -a "retry" -d 'Try the files again that nobody knew how to read (see `reports --refused`), with the feeds of today'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and not __fish_seen_subcommand_from list show replay retry help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from list" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from list" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from list" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from list" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from list" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from show" -l limit -d 'At most so many' -r
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from show" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from show" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from show" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from show" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from show" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from replay" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from replay" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from replay" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from replay" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from replay" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from replay" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from retry" -l hash -d 'Only those whose hash begins so' -r
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from retry" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from retry" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from retry" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from retry" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from retry" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from retry" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from help" -f -a "list" -d 'Reports with rows that could not be read'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from help" -f -a "show" -d 'The rows of a report'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from help" -f -a "replay" -d 'Try the rows of a report again, with the schema and mappings of today'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from help" -f -a "retry" -d 'Try the files again that nobody knew how to read (see `reports --refused`), with the feeds of today'
complete -c haidang -n "__fish_haidang_using_subcommand quarantine; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c haidang -n "__fish_haidang_using_subcommand feeds" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand feeds" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand feeds" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand feeds" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand feeds" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand feeds" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand reports" -l limit -d 'At most so many, newest first' -r
complete -c haidang -n "__fish_haidang_using_subcommand reports" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand reports" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand reports" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand reports" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand reports" -l refused -d 'Files that nobody knew how to read, and has not been able to read since'
complete -c haidang -n "__fish_haidang_using_subcommand reports" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand reports" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and not __fish_seen_subcommand_from compact vacuum rebuild mend forget help" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand lake; and not __fish_seen_subcommand_from compact vacuum rebuild mend forget help" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand lake; and not __fish_seen_subcommand_from compact vacuum rebuild mend forget help" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand lake; and not __fish_seen_subcommand_from compact vacuum rebuild mend forget help" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand lake; and not __fish_seen_subcommand_from compact vacuum rebuild mend forget help" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and not __fish_seen_subcommand_from compact vacuum rebuild mend forget help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and not __fish_seen_subcommand_from compact vacuum rebuild mend forget help" -f -a "compact" -d 'Make few large files of many small ones'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and not __fish_seen_subcommand_from compact vacuum rebuild mend forget help" -f -a "vacuum" -d 'Delete files that are no longer needed'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and not __fish_seen_subcommand_from compact vacuum rebuild mend forget help" -f -a "rebuild" -d 'Fold all events into sightings again'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and not __fish_seen_subcommand_from compact vacuum rebuild mend forget help" -f -a "mend" -d 'Find what is damaged in lake and journal and make it anew: sightings from events, events from the raw reports'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and not __fish_seen_subcommand_from compact vacuum rebuild mend forget help" -f -a "forget" -d 'Forget events, sightings, raw reports and quarantine older than so many days; published counts stay'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and not __fish_seen_subcommand_from compact vacuum rebuild mend forget help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from compact" -l files -d 'Leave days with so many files or fewer' -r
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from compact" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from compact" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from compact" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from compact" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from compact" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from compact" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from vacuum" -l keep-days -d 'Keep what versions of the last so many days need' -r
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from vacuum" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from vacuum" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from vacuum" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from vacuum" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from vacuum" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from vacuum" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from rebuild" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from rebuild" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from rebuild" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from rebuild" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from rebuild" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from rebuild" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from mend" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from mend" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from mend" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from mend" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from mend" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from mend" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from forget" -l keep-days -d 'Days to keep' -r
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from forget" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from forget" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from forget" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from forget" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from forget" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from forget" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from help" -f -a "compact" -d 'Make few large files of many small ones'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from help" -f -a "vacuum" -d 'Delete files that are no longer needed'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from help" -f -a "rebuild" -d 'Fold all events into sightings again'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from help" -f -a "mend" -d 'Find what is damaged in lake and journal and make it anew: sightings from events, events from the raw reports'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from help" -f -a "forget" -d 'Forget events, sightings, raw reports and quarantine older than so many days; published counts stay'
complete -c haidang -n "__fish_haidang_using_subcommand lake; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c haidang -n "__fish_haidang_using_subcommand demo" -l scale -d 'Size of the country: 1 is about 4,000 infected machines at the start' -r
complete -c haidang -n "__fish_haidang_using_subcommand demo" -l days -d 'Days of reports' -r
complete -c haidang -n "__fish_haidang_using_subcommand demo" -l port -d 'Port of the portal; if it is taken, the next free one of ten (0: any free one)' -r
complete -c haidang -n "__fish_haidang_using_subcommand demo" -l seed -d 'The same seed makes the same country' -r
complete -c haidang -n "__fish_haidang_using_subcommand demo" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand demo" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand demo" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand demo" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand demo" -l once -d 'End after the printed result; without --serve it does'
complete -c haidang -n "__fish_haidang_using_subcommand demo" -l serve -d 'After the printed result serve the made country\'s portal on this machine, with new reports coming, until Ctrl+C'
complete -c haidang -n "__fish_haidang_using_subcommand demo" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand serve" -l config -d 'Settings (TOML); see docs/CONFIG.md' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand serve" -l listen -d 'Address and port to listen on' -r
complete -c haidang -n "__fish_haidang_using_subcommand serve" -l tls-cert -d 'Certificate chain, PEM' -r
complete -c haidang -n "__fish_haidang_using_subcommand serve" -l tls-key -d 'Private key, PEM' -r
complete -c haidang -n "__fish_haidang_using_subcommand serve" -l set -d 'Any other setting, NAME=VALUE' -r
complete -c haidang -n "__fish_haidang_using_subcommand serve" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand serve" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand serve" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand serve" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand serve" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand token" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand token" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand token" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand token" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand token" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand token" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand doctor" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand doctor" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand doctor" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand doctor" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand doctor" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand made" -l rows -d 'Rows of the report' -r
complete -c haidang -n "__fish_haidang_using_subcommand made" -l networks -d 'Networks of the constituency' -r
complete -c haidang -n "__fish_haidang_using_subcommand made" -l days -d 'Instead of one report one a day for so many days, rows shared out, and a small country' -r
complete -c haidang -n "__fish_haidang_using_subcommand made" -l dns-lines -d 'Instead of a report a log of so many DNS queries, and the list of names it is held against' -r
complete -c haidang -n "__fish_haidang_using_subcommand made" -l names -d 'Names of that list' -r
complete -c haidang -n "__fish_haidang_using_subcommand made" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand made" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand made" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand made" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand made" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand made" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand timed" -l month -d 'The month, YYYY-MM' -r
complete -c haidang -n "__fish_haidang_using_subcommand timed" -l org -d 'The organisation of the list' -r
complete -c haidang -n "__fish_haidang_using_subcommand timed" -l subject -d 'Addresses, one each time' -r
complete -c haidang -n "__fish_haidang_using_subcommand timed" -l times -d 'How often' -r
complete -c haidang -n "__fish_haidang_using_subcommand timed" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand timed" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand timed" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand timed" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand timed" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand timed" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand docs" -l data -d 'The data folder; it is made if it is not there' -r -F
complete -c haidang -n "__fish_haidang_using_subcommand docs" -l lang -d 'Language of what people read' -r -f -a "vi\t'Vietnamese'
en\t'English'"
complete -c haidang -n "__fish_haidang_using_subcommand docs" -l zone -d 'Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)' -r
complete -c haidang -n "__fish_haidang_using_subcommand docs" -l now -d 'Take this instant for now (for tests and for looking back)' -r
complete -c haidang -n "__fish_haidang_using_subcommand docs" -l json -d 'Answer in JSON, for machines'
complete -c haidang -n "__fish_haidang_using_subcommand docs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "ingest" -d 'Take report files into the lake'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "events" -d 'Show events'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "list" -d 'Write the list of an organisation or operator for a month'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "stats" -d 'Count infected and exposed addresses'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "whois" -d 'Tell who owns an address, name, URL or account, and what is known of it'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "constituency" -d 'Import and check who owns what'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "indicators" -d 'Known malware hosts: import lists, see them, hold logs against them'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "reattribute" -d 'Let the newest constituency count from a past day on'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "quarantine" -d 'Look at rows that could not be read, and try them again'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "feeds" -d 'Show how the feeds live'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "reports" -d 'Show the reports that came in'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "lake" -d 'Look after the lake'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "demo" -d 'Make a small country, ingest its reports, show the result; with --serve its portal, too'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "serve" -d 'Serve the portal: take in reports as they come, answer visitors and officers'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "token" -d 'Make a token with which a feed delivers to the portal; it is shown once'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "doctor" -d 'Check the data folder'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "made" -d 'Make a large report and its constituency, for benches'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "timed" -d 'Ask one question several times with the lake open, for benches'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "docs" -d 'Write the generated pages: formats, manual, completions'
complete -c haidang -n "__fish_haidang_using_subcommand help; and not __fish_seen_subcommand_from ingest events list stats whois constituency indicators reattribute quarantine feeds reports lake demo serve token doctor made timed docs help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c haidang -n "__fish_haidang_using_subcommand help; and __fish_seen_subcommand_from constituency" -f -a "import" -d 'Import organisations.csv, networks.csv, asns.csv and domains.csv of a folder'
complete -c haidang -n "__fish_haidang_using_subcommand help; and __fish_seen_subcommand_from constituency" -f -a "conflicts" -d 'What is wrong or in dispute in the newest snapshot'
complete -c haidang -n "__fish_haidang_using_subcommand help; and __fish_seen_subcommand_from constituency" -f -a "versions" -d 'The attribution versions'
complete -c haidang -n "__fish_haidang_using_subcommand help; and __fish_seen_subcommand_from indicators" -f -a "import" -d 'Import lists, each in place of the one of its name; logs that come from now on are held against them'
complete -c haidang -n "__fish_haidang_using_subcommand help; and __fish_seen_subcommand_from indicators" -f -a "list" -d 'The lists'
complete -c haidang -n "__fish_haidang_using_subcommand help; and __fish_seen_subcommand_from indicators" -f -a "match" -d 'Hold logs against indicators and tell what was found; nothing is stored'
complete -c haidang -n "__fish_haidang_using_subcommand help; and __fish_seen_subcommand_from quarantine" -f -a "list" -d 'Reports with rows that could not be read'
complete -c haidang -n "__fish_haidang_using_subcommand help; and __fish_seen_subcommand_from quarantine" -f -a "show" -d 'The rows of a report'
complete -c haidang -n "__fish_haidang_using_subcommand help; and __fish_seen_subcommand_from quarantine" -f -a "replay" -d 'Try the rows of a report again, with the schema and mappings of today'
complete -c haidang -n "__fish_haidang_using_subcommand help; and __fish_seen_subcommand_from quarantine" -f -a "retry" -d 'Try the files again that nobody knew how to read (see `reports --refused`), with the feeds of today'
complete -c haidang -n "__fish_haidang_using_subcommand help; and __fish_seen_subcommand_from lake" -f -a "compact" -d 'Make few large files of many small ones'
complete -c haidang -n "__fish_haidang_using_subcommand help; and __fish_seen_subcommand_from lake" -f -a "vacuum" -d 'Delete files that are no longer needed'
complete -c haidang -n "__fish_haidang_using_subcommand help; and __fish_seen_subcommand_from lake" -f -a "rebuild" -d 'Fold all events into sightings again'
complete -c haidang -n "__fish_haidang_using_subcommand help; and __fish_seen_subcommand_from lake" -f -a "mend" -d 'Find what is damaged in lake and journal and make it anew: sightings from events, events from the raw reports'
complete -c haidang -n "__fish_haidang_using_subcommand help; and __fish_seen_subcommand_from lake" -f -a "forget" -d 'Forget events, sightings, raw reports and quarantine older than so many days; published counts stay'
