//! The controls there are.

use super::Control;

/// Every control, in the order in which HELP lists them.
pub static CONTROLS: &[Control] = &[
    Control {
        name: "SIM ADD PRODUCER",
        syntax: "name STREAM key [RATE <n/unit | none>] [JITTER percent] [BURST n EVERY \
                 duration] [KEYS n] [HOT percent] [RETRY n] [IDMP] [TIMEOUT duration] [MAXLEN \
                 [= | ~] n [KEEPREF | DELREF | ACKED]] [KEEP [= | ~] duration] [TOTAL n] \
                 [PARTITIONS n] [FIELDS field value [field value ...]]",
        summary: "Adds a service that appends entries to a stream.",
        why: "A steady source of work. FIELDS ends the line and may hold {n} (the message's \
              number), {key} (one of KEYS, HOT percent of them 1), {name}, {1..6} and \
              {tea|coffee}. RETRY sends a message again when its reply is lost; IDMP lets Redis \
              8.6 recognise that.",
        examples: &[
            "SIM ADD PRODUCER app STREAM orders RATE 10/s JITTER 20% MAXLEN ~ 1000",
            "SIM ADD PRODUCER pos STREAM orders RATE none BURST 20 EVERY 10s \
             FIELDS order p{n} item {tea|coffee}",
        ],
    },
    Control {
        name: "SIM ADD CONSUMER",
        syntax: "name STREAM key [GROUP name] [CREATE <0 | $>] [FROM <0 | $>] [COUNT n] [BLOCK \
                 duration] [CLAIM duration] [WORK duration] [JITTER percent] [SLOW percent \
                 duration] [ACK <BEFORE | AFTER | NEVER | NOACK>] [DRAIN] [IDEMPOTENT] [GUARD] \
                 [DLQ key [AFTER n]] [EFFECT word] [BY <field | ENTRY>] [ON-ERROR <KEEP | CRASH \
                 | ACK>] [RESTART-AFTER duration] [TIMEOUT duration]",
        summary: "Adds a service that reads a stream and works on its entries.",
        why: "In a group it shares the entries with the group's other consumers; without GROUP it \
              reads alone with XREAD. The effect stands in the ledger; BY says which field makes \
              two entries the same order.",
        examples: &[
            "SIM ADD CONSUMER billing-4 STREAM orders GROUP billing WORK 200ms EFFECT charged",
            "SIM ADD CONSUMER audit STREAM orders FROM 0 COUNT 10 WORK 5ms EFFECT logged",
        ],
    },
    Control {
        name: "SIM ADD CLAIMER",
        syntax: "name STREAM key GROUP name MIN-IDLE duration [EVERY duration] [VIA <XAUTOCLAIM \
                 | READ>] [COUNT n] [WORK duration] [JITTER percent] [SLOW percent duration] \
                 [ACK <BEFORE | AFTER | NEVER | NOACK>] [IDEMPOTENT] [GUARD] [DLQ key [AFTER \
                 n]] [EFFECT word] [BY <field | ENTRY>] [ON-ERROR <KEEP | CRASH | ACK>] \
                 [RESTART-AFTER duration] [TIMEOUT duration]",
        summary: "Adds a service that takes over what is pending too long, and works on it.",
        why: "What a crashed consumer had in hand comes back only if somebody claims it. MIN-IDLE \
              must be longer than the slowest work, or it steals from the living. VIA READ uses \
              XREADGROUP CLAIM (8.4) and reads new entries, too.",
        examples: &["SIM ADD CLAIMER rescue-2 STREAM orders GROUP billing MIN-IDLE 30s EVERY 5s \
             EFFECT charged"],
    },
    Control {
        name: "SIM ADD STAGE",
        syntax: "name STREAM key GROUP name TO key [CREATE <0 | $>] [COUNT n] [BLOCK duration] \
                 [CLAIM duration] [WORK duration] [JITTER percent] [SLOW percent duration] [ACK \
                 <BEFORE | AFTER | NEVER | NOACK>] [DRAIN] [IDEMPOTENT] [GUARD] [DLQ key [AFTER \
                 n]] [EFFECT word] [BY <field | ENTRY>] [ON-ERROR <KEEP | CRASH | ACK>] \
                 [RESTART-AFTER duration] [TIMEOUT duration] [FIELDS field value [field value \
                 ...]]",
        summary: "Adds a service that reads one stream and appends to the next.",
        why: "Pipelines are made of these. It forwards the entry's fields and adds FIELDS, which \
              may hold {id}, the entry it came from. IDEMPOTENT forwards with IDMP, so that a \
              repeated entry is not forwarded twice (8.6).",
        examples: &["SIM ADD STAGE pack STREAM orders GROUP packing TO parcels CREATE 0 WORK 1s"],
    },
    Control {
        name: "SIM SET",
        syntax: "name option value [option value ...]",
        summary: "Changes options of a service while it runs.",
        why: "Turn the rate up, make the handler slower, or make it idempotent and see the \
              duplicates end. The options are those of SIM ADD.",
        examples: &["SIM SET web RATE 20/s", "SIM SET billing-2 IDEMPOTENT yes"],
    },
    Control {
        name: "SIM REMOVE",
        syntax: "name",
        summary: "Removes a service at once.",
        why: "As if the machine were gone for good: what it had in hand stays pending.",
        examples: &["SIM REMOVE mailer"],
    },
    Control {
        name: "SIM STOP",
        syntax: "name [RETIRE]",
        summary: "Lets a service finish what it has in hand, and ends it.",
        why: "A graceful stop leaves nothing pending. RETIRE also deletes its consumer from the \
              group, which a deployment that names each instance anew should do.",
        examples: &["SIM STOP billing-1", "SIM STOP billing-1 RETIRE"],
    },
    Control {
        name: "SIM CRASH",
        syntax: "name [BEFORE-WORK | AFTER-EFFECT | AFTER-ACK]",
        summary: "Makes a service crash, now or when it next comes to that point.",
        why: "AFTER-EFFECT is the crash that charges twice: the customer has paid, the XACK was \
              never sent, and whoever claims the entry charges again.",
        examples: &["SIM CRASH billing-2 AFTER-EFFECT", "SIM CRASH billing-2"],
    },
    Control {
        name: "SIM RESTART",
        syntax: "name",
        summary: "Starts a service again, with nothing in memory.",
        why: "With DRAIN it first works on what is still pending for it; without, it only reads \
              what is new.",
        examples: &["SIM RESTART billing-2"],
    },
    Control {
        name: "SIM FREEZE",
        syntax: "name duration",
        summary: "Stops a service from doing anything for a while; its connection stays.",
        why: "A long garbage collection, a suspended machine: it wakes up with its entries in \
              hand and does not know that somebody has claimed them.",
        examples: &["SIM FREEZE billing-1 45s"],
    },
    Control {
        name: "SIM SLOW",
        syntax: "name factor",
        summary: "Multiplies the time that a service works on an entry.",
        why: "See the lag grow, and claimers steal from a consumer that is alive but slow. 1x is \
              the usual pace.",
        examples: &["SIM SLOW billing-3 10x", "SIM SLOW billing-3 1x"],
    },
    Control {
        name: "SIM POISON",
        syntax: "key [OFF]",
        summary: "Makes every handler fail on entries with this business key.",
        why: "One entry that nobody can process: see it go round from claim to claim until its \
              delivery count sends it to the dead letters.",
        examples: &["SIM POISON 42", "SIM POISON 42 OFF"],
    },
    Control {
        name: "SIM LOSE-REPLY",
        syntax: "name",
        summary: "Loses the next reply to a service: the command ran, but it will never know.",
        why: "A producer that retries now appends the same order twice, unless it uses IDMP.",
        examples: &["SIM LOSE-REPLY web"],
    },
    Control {
        name: "SIM HANGUP",
        syntax: "name",
        summary: "Cuts the connection of a service or of a console client.",
        why: "The way out of a command that blocks; and what a network does now and then. The \
              client connects again with its next command.",
        examples: &["SIM HANGUP billing-1"],
    },
    Control {
        name: "SIM LIST",
        syntax: "",
        summary: "Lists the services, what they do, and their options.",
        why: "Each line can be typed again behind SIM ADD.",
        examples: &["SIM LIST"],
    },
    Control {
        name: "CLOCK",
        syntax: "",
        summary: "Shows the virtual time, the server's clock and the speed.",
        why: "Ids are times: know what time it is.",
        examples: &["CLOCK"],
    },
    Control {
        name: "CLOCK PAUSE",
        syntax: "",
        summary: "Stops time.",
        why: "Look around. Commands still run: they all happen at the same instant.",
        examples: &["CLOCK PAUSE"],
    },
    Control {
        name: "CLOCK RUN",
        syntax: "",
        summary: "Lets time pass.",
        why: "After SEEK or UNDO it replays what is known, then goes on.",
        examples: &["CLOCK RUN"],
    },
    Control {
        name: "CLOCK STEP",
        syntax: "",
        summary: "Goes to the next event and pauses there.",
        why: "One event at a time: who does what, in which order.",
        examples: &["CLOCK STEP"],
    },
    Control {
        name: "CLOCK SPEED",
        syntax: "factor",
        summary: "Sets how fast time passes, from 0.1x to 100x.",
        why: "Slow to watch one entry, fast to see an hour's retention.",
        examples: &["CLOCK SPEED 10x", "CLOCK SPEED 0.1x"],
    },
    Control {
        name: "CLOCK JUMP",
        syntax: "duration",
        summary: "Goes ahead at once; everything in between happens.",
        why: "Idle times grow, time-outs come, claimers sweep.",
        examples: &["CLOCK JUMP 60s"],
    },
    Control {
        name: "CLOCK SET",
        syntax: "<time | VIRTUAL>",
        summary: "Sets the server's clock; VIRTUAL: as before.",
        why: "What new ids look like when the clock of the machine is wrong.",
        examples: &["CLOCK SET +1h", "CLOCK SET VIRTUAL"],
    },
    Control {
        name: "CLOCK BACK",
        syntax: "duration",
        summary: "Makes the server's clock jump back.",
        why: "A fault of real machines: ids go on counting in the last millisecond, idle times \
              stand still.",
        examples: &["CLOCK BACK 10s"],
    },
    Control {
        name: "SCENARIO LIST",
        syntax: "",
        summary: "Lists the scenarios that come with the page.",
        why: "Each is a situation to look at and to break.",
        examples: &["SCENARIO LIST"],
    },
    Control {
        name: "SCENARIO LOAD",
        syntax: "name",
        summary: "Begins a scenario; what was before can be had back with UNDO.",
        why: "Start from a known situation.",
        examples: &["SCENARIO LOAD orders"],
    },
    Control {
        name: "SCENARIO SHOW",
        syntax: "",
        summary: "Shows the lines of the scenario.",
        why: "They are console lines: copy what you need.",
        examples: &["SCENARIO SHOW"],
    },
    Control {
        name: "UNDO",
        syntax: "",
        summary: "Goes back to just before your last line that changed the world.",
        why: "Try things without fear.",
        examples: &["UNDO"],
    },
    Control {
        name: "REDO",
        syntax: "",
        summary: "Does again what UNDO or FORK took back.",
        why: "Change your mind twice.",
        examples: &["REDO"],
    },
    Control {
        name: "SEEK",
        syntax: "time",
        summary: "Goes to a point in time: 5s after the start, or -5s and +5s from now.",
        why: "Look at the moment before something went wrong. The next line that changes the \
              world begins another future.",
        examples: &["SEEK 12s", "SEEK -5s"],
    },
    Control {
        name: "FORK",
        syntax: "",
        summary: "Forgets the known future: from here on it is written anew.",
        why: "To see what happens without the lines that came later.",
        examples: &["FORK"],
    },
];
