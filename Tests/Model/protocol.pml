/*
 * How one account's money moves while chats run on it, the server dies and comes back, and nobody is polite.
 *
 * Three requests share a balance that does not suffice for all. Each takes a hold, asks an upstream, relays its tokens,
 * extends the hold ahead of them, and settles before the caller is told the end. One writer decides commands in memory and
 * makes what has gathered durable at a moment of its own choosing; a crash forgets the rest. What the upstream served and what
 * the client saw is recorded here outside of the process that dies, and the laws are said in terms of those records.
 *
 * README.md says which code each part stands for. A mutant is the same protocol with one rule left out: -DMUTANT_....
 */

#ifndef N
#define N 3          /* requests */
#endif
#define INPUT 1      /* what a prompt costs */
#define TRANCHE 1    /* output a hold pays for at first */
#ifndef CAP
#define CAP 3        /* output a caller asks for */
#endif
#define FULL (INPUT + CAP)
#define FUNDS 5      /* the account's balance: two holds and one unit */
#define ATTEMPTS 2   /* upstreams asked under one hold */
#ifndef CRASHES
#define CRASHES 2
#endif

#ifdef MUTANT_FAILOVER_TAKES_A_SECOND_HOLD
#define HOLDS (2 * N)
#else
#define HOLDS N
#endif

/* ---- the laws, by name: always zero, kept out of the state, so that a broken one is named in the error */
hidden byte a_balance_is_never_negative, money_is_conserved, held_is_the_sum_of_open_holds;
hidden byte a_hold_is_closed_once, dispatched_only_under_a_durable_hold, delivered_only_what_is_durably_held;
hidden byte an_extension_is_neither_lost_nor_doubled, the_end_is_told_after_a_durable_settlement;
hidden byte nobody_pays_for_a_refusal, nobody_pays_more_than_was_served, what_was_seen_to_its_end_is_paid;
hidden byte recovery_charges_what_was_known, nothing_is_held_at_rest, only_the_living_epoch_writes, everything_comes_to_rest;

#define must(condition, law) assert((condition) || law)

/* ---- which interesting things happened in some run; printed when the search ends. Not part of the state. */
c_decl {
    static unsigned long seen;
    static void tell(void) { printf("witnessed %lx\n", seen); fflush(stdout); }
    static void tell_at_end(void) { static int told; if (!told) { told = 1; atexit(tell); } }
}
#define witness(number) c_code { seen |= 1UL << number; }

/* ---- the books: what the writer has in memory, and what is on the disk */
#define NONE 0
#define OPEN 1
#define SETTLED 2
#define RELEASED 3
#define PROVISIONAL 4

typedef Books {
    short available, held, spent;
    byte state[HOLDS], amount[HOLDS], charge[HOLDS], out[HOLDS]; /* out: tokens at the last checkpoint */
    bit accepted[HOLDS]
};
Books memory, disk;
bit dirty;                        /* something is decided and not yet durable */

/* ---- the server */
mtype = { SERVING, DOWN, RECOVERING };
mtype server = SERVING;
byte crashes;

/* ---- the requests, where the gateway's task stands */
mtype = { WAITING, READ, HOLDING, HELD, ASKED, STREAMING, CLOSING, CLOSED, OVER };
mtype at[N] = WAITING;
byte attempt[N];
byte funds[N];                    /* the hold's amount as far as the gateway was told */
byte extension[N];                /* granted and not yet durable */
bit tells_end[N];                 /* once settled, the caller will be told that all is done */
#ifdef MUTANT_FAILOVER_TAKES_A_SECOND_HOLD
byte second[N];
#define hold(i) (i + N * second[i])
#else
#define hold(i) (i)
#endif

/* ---- records outside of the process */
mtype = { IDLE, THINKING, REFUSED, SERVES };
mtype upstream[N] = IDLE;
byte served[N];                   /* tokens the upstream produced */
byte relayed[N];                  /* tokens the gateway passed on */
bit gone[N];                      /* the client left, and the rest of the answer is read without it */
bit saw_end[N];                   /* the client read the terminator */

#if defined(OWNER_STALLS) || defined(MUTANT_OWNER_STALLS_UNFENCED) || defined(MUTANT_OWNER_STALLS_DISPATCHES)
#define STALLS
bit zombie[N];                    /* its process was taken for dead, and is not */
#define runs(i) ((server == SERVING && !zombie[i]) || (server != DOWN && zombie[i]))
#else
#define runs(i) (server == SERVING)
#endif
#ifdef STALLS
#define in_office(i) (!zombie[i])
#else
#define in_office(i) 1
#endif
#if defined(STALLS) && !defined(MUTANT_OWNER_STALLS_DISPATCHES)
#define may_dispatch(i) (!zombie[i])
#else
#define may_dispatch(i) 1
#endif

byte j; /* always zero between steps */
hidden byte h, sum, cost, take, ok;

inline laws(books) {
    must(books.available >= 0 && books.held >= 0, a_balance_is_never_negative);
    sum = 0; h = 0;
    do
    :: h < HOLDS ->
        sum = sum + (books.state[h] == OPEN -> books.amount[h] : 0);
        must(books.amount[h] <= FULL, an_extension_is_neither_lost_nor_doubled);
        h++
    :: else -> break
    od;
    must(books.held == sum, held_is_the_sum_of_open_holds);
    must(books.available + books.held + books.spent == FUNDS, money_is_conserved)
}

/* One decision of the ledger: closes a hold, takes what it cost out of the hold and then out of what is free. */
inline close(k, how, price) {
    must(memory.state[k] == OPEN, a_hold_is_closed_once);
    take = price;
#ifndef MUTANT_CHARGE_UNBOUNDED
    if
    :: how == PROVISIONAL && take > memory.amount[k] -> take = memory.amount[k]
    :: how != PROVISIONAL && take > memory.amount[k] + memory.available ->
        take = memory.amount[k] + memory.available; witness(8)
    :: else
    fi;
#endif
    memory.held = memory.held - memory.amount[k];
    memory.available = memory.available + memory.amount[k] - take;
    memory.spent = memory.spent + take;
    memory.charge[k] = take;
    memory.state[k] = how;
    memory.amount[k] = 0; memory.accepted[k] = 0; memory.out[k] = 0;
    dirty = 1;
    laws(memory)
}

/* A request's own closing command. Only the living epoch's owner is heard. */
inline end_hold(i, how, price, told) {
#ifdef MUTANT_OWNER_STALLS_UNFENCED
    must(!zombie[i] || memory.state[hold(i)] != OPEN, only_the_living_epoch_writes);
#endif
#ifdef STALLS
    if
    :: zombie[i] -> at[i] = OVER
    :: else ->
#endif
        close(hold(i), how, price);
        extension[i] = 0;
        tells_end[i] = told && !gone[i];
        at[i] = CLOSING
#ifdef STALLS
    fi
#endif
}

inline open_hold(k) {
    memory.available = memory.available - (INPUT + TRANCHE);
    memory.held = memory.held + (INPUT + TRANCHE);
    memory.amount[k] = INPUT + TRANCHE;
    memory.state[k] = OPEN;
    dirty = 1
}

#define payable(i) (relayed[i] < CAP && INPUT + relayed[i] < funds[i])

inline relay(i) {
    served[i]++; relayed[i]++;
    /* What a zombie still passes on is the gap after a crash that no ledger can close; it never tells the end. */
    must(!in_office(i) || INPUT + relayed[i] <= disk.amount[hold(i)], delivered_only_what_is_durably_held)
}

/* The request is over and its hold, if any, closed on the disk: compared with what was recorded outside, then forgotten
   so that the search need not tell such pasts apart. */
inline look_back(i) {
    must(disk.charge[hold(i)] == 0 || upstream[i] == SERVES, nobody_pays_for_a_refusal);
    must(disk.charge[hold(i)] <= INPUT + served[i], nobody_pays_more_than_was_served);
    ok = disk.state[hold(i)] == SETTLED && disk.charge[hold(i)] >= INPUT + relayed[i];
    must(!saw_end[i] || ok, what_was_seen_to_its_end_is_paid);
    upstream[i] = IDLE; attempt[i] = 0; funds[i] = 0; served[i] = 0; relayed[i] = 0; gone[i] = 0; saw_end[i] = 0;
    if
    :: disk.state[hold(i)] > OPEN ->
        disk.state[hold(i)] = SETTLED; disk.charge[hold(i)] = 0;
        if
        :: server != DOWN -> memory.state[hold(i)] = SETTLED; memory.charge[hold(i)] = 0
        :: else
        fi
    :: else
    fi
}

inline dispatch(i) {
    must(disk.state[hold(i)] == OPEN, dispatched_only_under_a_durable_hold);
    upstream[i] = THINKING;
    at[i] = ASKED
}

inline tell_end(i) {
    must(disk.state[hold(i)] == SETTLED, the_end_is_told_after_a_durable_settlement);
    saw_end[i] = 1; tells_end[i] = 0
}

/* Another token would be paid by nothing, and nothing more is to be had: finish_reason length. */
#define funds_ended(i) (at[i] == STREAMING && INPUT + relayed[i] == funds[i] && extension[i] == 0 && memory.available == 0)

active [N] proctype Request() {
    byte i = _pid;
end:
    do
    /* -- what goes on outside and is heard of later; what is heard at once stands below */
    :: d_step { upstream[i] == THINKING && at[i] == ASKED -> upstream[i] = REFUSED }
    :: d_step { at[i] == STREAMING && !gone[i] -> gone[i] = 1 }

    /* -- admit: check and set aside in one decision. Requests are alike, so they begin in order. */
#ifdef MUTANT_HOLD_READS_THEN_WRITES
    :: d_step { at[i] == WAITING && runs(i) && memory.available >= INPUT + TRANCHE -> at[i] = READ }
    :: d_step { at[i] == READ && runs(i) -> open_hold(i); laws(memory); at[i] = HOLDING }
    :: d_step { at[i] == WAITING && runs(i) && memory.available < INPUT + TRANCHE -> at[i] = OVER }
#else
    :: d_step { at[i] == WAITING && runs(i) && (i == 0 || at[i - 1] != WAITING) ->
        if
        :: memory.available >= INPUT + TRANCHE -> open_hold(i); laws(memory); at[i] = HOLDING
        :: else -> at[i] = OVER; witness(4)
        fi }
#endif

    /* -- open: ask, and on a refusal ask the next under the same hold */
#ifdef MUTANT_DISPATCH_BEFORE_COMMIT
    :: d_step { at[i] == HOLDING -> funds[i] = INPUT + TRANCHE; dispatch(i) }
#endif
    :: d_step { at[i] == HELD && runs(i) && may_dispatch(i) -> dispatch(i) }
    :: d_step { (at[i] == HELD || at[i] == ASKED) && runs(i) -> end_hold(i, RELEASED, 0, 0) } /* the client left */
    :: d_step { at[i] == ASKED && upstream[i] == REFUSED && runs(i) ->
        if
        :: attempt[i] + 1 < ATTEMPTS ->
            attempt[i]++;
#ifdef MUTANT_FAILOVER_TAKES_A_SECOND_HOLD
            if
            :: memory.available >= INPUT + TRANCHE -> second[i] = 1; open_hold(hold(i))
            :: else
            fi;
#endif
            /* The next attempt is journalled and durable before it is made. */
#ifdef STALLS
            if
            :: zombie[i] -> at[i] = OVER
            :: else -> memory.accepted[i] = 0; dirty = 1; at[i] = HOLDING
            fi
#else
            memory.accepted[hold(i)] = 0; dirty = 1; at[i] = HOLDING
#endif
        :: else -> end_hold(i, RELEASED, 0, 0)
        fi }
    /* The note that it accepted rides along with the next commit, unless the inbox is full and it is dropped. */
    :: d_step { at[i] == ASKED && upstream[i] == THINKING && runs(i) && in_office(i) ->
        upstream[i] = SERVES; at[i] = STREAMING;
        memory.accepted[hold(i)] = 1; dirty = 1;
        if :: attempt[i] > 0 -> witness(9) :: else fi }
    :: d_step { at[i] == ASKED && upstream[i] == THINKING && runs(i) -> upstream[i] = SERVES; at[i] = STREAMING }

    /* -- forward: a token passes when what was durably set aside pays for it; now and then a checkpoint is noted */
    :: d_step { at[i] == STREAMING && payable(i) && runs(i) -> relay(i) }
    :: d_step { at[i] == STREAMING && payable(i) && runs(i) && in_office(i) && memory.state[hold(i)] == OPEN ->
        relay(i);
        memory.out[hold(i)] = relayed[i]; memory.accepted[hold(i)] = 1; dirty = 1 }

    /* -- extend: asked ahead, granted as far as the balance goes, counted once it is durable */
#ifdef MUTANT_EXTENSION_ASKED_AGAIN
    :: d_step { at[i] == STREAMING && funds[i] < FULL && runs(i) ->
#else
    :: d_step { at[i] == STREAMING && funds[i] < FULL && extension[i] == 0 && runs(i) ->
#endif
        take = FULL - funds[i];
#ifndef MUTANT_EXTENSION_UNCHECKED
        if
        :: take > memory.available ->
            if :: memory.available > 0 -> witness(5) :: else fi;
            take = memory.available
        :: else
        fi;
#endif
        if
        :: take == 0
        :: else ->
#ifdef MUTANT_OWNER_STALLS_UNFENCED
            must(!zombie[i], only_the_living_epoch_writes);
#endif
#ifdef STALLS
            if
            :: zombie[i] -> at[i] = OVER
            :: else ->
#endif
            memory.available = memory.available - take;
            memory.held = memory.held + take;
            memory.amount[hold(i)] = memory.amount[hold(i)] + take;
            extension[i] = extension[i] + take;
            dirty = 1;
            laws(memory);
#ifdef MUTANT_EXTENSION_COUNTED_BEFORE_COMMIT
            funds[i] = funds[i] + take; extension[i] = 0
#endif
#ifdef STALLS
            fi
#endif
        fi }

    /* -- settle: from here on nothing the client does reaches the ledger */
    /* the upstream finished and said what was used, a hidden token among it; what was seen is what was used, said or
       counted; the funds ended */
    :: d_step { at[i] == STREAMING && runs(i) -> served[i]++; end_hold(i, SETTLED, INPUT + served[i], 1) }
    :: d_step { at[i] == STREAMING && runs(i) -> end_hold(i, SETTLED, INPUT + relayed[i], 1) }
    :: d_step { funds_ended(i) && runs(i) -> witness(6); served[i]++; end_hold(i, SETTLED, INPUT + relayed[i], 1) }
    /* it broke off */
    :: d_step { at[i] == STREAMING && relayed[i] == 0 && runs(i) -> end_hold(i, RELEASED, 0, 0) }
    :: d_step { at[i] == STREAMING && relayed[i] > 0 && runs(i) -> end_hold(i, SETTLED, INPUT + relayed[i], 0) }
    /* The client left: cut here, or read on to learn what the upstream will bill. */
#ifdef MUTANT_SETTLE_LOST_ON_CANCELLATION
    :: d_step { at[i] == STREAMING && runs(i) -> at[i] = OVER }
#endif
    :: d_step { at[i] == STREAMING && gone[i] && runs(i) -> witness(10); end_hold(i, SETTLED, INPUT + relayed[i], 0) }

#ifdef MUTANT_TERMINATOR_BEFORE_SETTLEMENT
    :: d_step { at[i] == CLOSING && tells_end[i] -> tell_end(i); at[i] = CLOSED }
#endif
    :: d_step { at[i] == CLOSED && tells_end[i] -> tell_end(i); at[i] = OVER; look_back(i) }

    /* A second closing command that lost its race (the drain's deadline, the upstream's end, the client's leaving). The
       state guard makes it change nothing, so that it is a step only where the guard is missing. */
#ifdef MUTANT_SETTLE_WITHOUT_STATE_GUARD
    :: d_step { (at[i] == CLOSING || at[i] == CLOSED) && runs(i) -> close(hold(i), SETTLED, INPUT + relayed[i]) }
#endif
    od
}

/* The rule for work whose process died. */
inline recover(k) {
#if defined(MUTANT_RECOVERY_RELEASES_EVERYTHING)
    close(k, RELEASED, 0);
#elif defined(MUTANT_NO_DISPATCH_JOURNAL)
    close(k, PROVISIONAL, INPUT + memory.out[k]);
#else
    if
    :: memory.accepted[k] -> cost = INPUT + memory.out[k]; close(k, PROVISIONAL, cost)
    :: else -> close(k, RELEASED, 0)
    fi;
#endif
    /* Said again from the disk, which the rule above only reads a copy of. */
    cost = (disk.accepted[k] -> INPUT + disk.out[k] : 0);
    must(memory.charge[k] >= cost, recovery_charges_what_was_known);
    if :: memory.state[k] == PROVISIONAL && relayed[k % N] > 0 -> witness(1) :: else fi;
    if :: disk.amount[k] > INPUT + TRANCHE -> witness(2) :: else fi;
    if :: disk.amount[k] > INPUT + TRANCHE && memory.state[k] == PROVISIONAL -> witness(11) :: else fi
}


#ifdef MUTANT_RECOVERY_CLOSES_TWICE
#define unrecovered(k) (memory.state[k] != NONE && !visited[k])
#else
#define unrecovered(k) (memory.state[k] == OPEN)
#endif

active proctype Server() {
#ifdef MUTANT_RECOVERY_CLOSES_TWICE
    bit visited[HOLDS];
#endif
    d_step {
        memory.available = FUNDS; disk.available = FUNDS;
        c_code { tell_at_end(); }
    };
end:
    do
    /* -- the writer: everything decided becomes durable at once, and those who asked are told */
    :: d_step { server != DOWN && dirty ->
        disk.available = memory.available; disk.held = memory.held; disk.spent = memory.spent;
        j = 0;
        do
        :: j < HOLDS ->
#ifdef MUTANT_EXTENSION_HALF_WRITTEN
            if :: disk.state[j] == NONE || memory.state[j] != OPEN -> disk.amount[j] = memory.amount[j] :: else fi;
#else
            disk.amount[j] = memory.amount[j];
#endif
            disk.state[j] = memory.state[j]; disk.charge[j] = memory.charge[j];
            disk.out[j] = memory.out[j]; disk.accepted[j] = memory.accepted[j];
            j++
        :: else -> break
        od;
        dirty = 0;
        laws(disk);
        sum = 0; j = 0;
        do
        :: j < N ->
            if
            :: at[j] == HOLDING -> at[j] = HELD; upstream[j] = IDLE; funds[j] = INPUT + TRANCHE; sum++
            :: at[j] == CLOSING && tells_end[j] -> at[j] = CLOSED; sum++
            :: at[j] == CLOSING && !tells_end[j] -> at[j] = OVER; look_back(j); sum++
            :: at[j] == STREAMING && extension[j] > 0 -> funds[j] = funds[j] + extension[j]; extension[j] = 0; sum++
            :: at[j] == OVER && funds[j] > 0 && disk.state[hold(j)] != OPEN -> look_back(j)
            :: else
            fi;
            ok = disk.state[hold(j)] != OPEN || at[j] == OVER || disk.amount[hold(j)] == funds[j];
            must(ok, an_extension_is_neither_lost_nor_doubled);
            j++
        :: else -> break
        od;
        j = 0;
        if :: sum == N -> witness(7) :: else fi;
        if :: server == RECOVERING && crashes == CRASHES -> witness(12) :: else fi }

    /* -- kill -9, at any moment, recovery included */
    :: d_step { crashes < CRASHES && server != DOWN ->
        if :: server == RECOVERING -> witness(3) :: else fi;
        crashes++;
        server = DOWN;
        memory.available = 0; memory.held = 0; memory.spent = 0;
        j = 0;
        do
        :: j < HOLDS ->
            memory.state[j] = NONE; memory.amount[j] = 0; memory.charge[j] = 0; memory.out[j] = 0; memory.accepted[j] = 0;
#ifdef MUTANT_RECOVERY_CLOSES_TWICE
            visited[j] = 0;
#endif
            j++
        :: else -> break
        od;
        dirty = 0;
        j = 0;
        do
        :: j < N ->
            if :: extension[j] > 0 -> witness(13) :: else fi;
            extension[j] = 0; tells_end[j] = 0;
            if
            :: at[j] == WAITING
#ifdef STALLS
            :: at[j] == HELD || at[j] == ASKED || at[j] == STREAMING -> zombie[j] = 1
#endif
            :: else ->
                at[j] = OVER;
                if :: disk.state[hold(j)] != OPEN -> look_back(j) :: else fi
            fi;
            j++
        :: else -> break
        od;
        j = 0 }

    /* -- the next start: read the disk, close what is open by rule, only then serve */
    :: d_step { server == DOWN ->
        server = RECOVERING;
        memory.available = disk.available; memory.held = disk.held; memory.spent = disk.spent;
        j = 0;
        do
        :: j < HOLDS ->
            memory.state[j] = disk.state[j]; memory.amount[j] = disk.amount[j]; memory.charge[j] = disk.charge[j];
            memory.out[j] = disk.out[j]; memory.accepted[j] = disk.accepted[j];
            /* What the gateway was told of is on the disk after the crash, and no more. */
            must(disk.state[j] != OPEN || disk.amount[j] == funds[j % N], an_extension_is_neither_lost_nor_doubled);
            j++
        :: else -> break
        od;
        j = 0 }
    :: d_step { server == RECOVERING ->
        j = 0;
        do
        :: j < HOLDS && !unrecovered(j) -> j++
        :: else -> break
        od;
        if
        :: j < HOLDS ->
#ifdef MUTANT_RECOVERY_CLOSES_TWICE
            visited[j] = 1;
#endif
            recover(j); j = 0
        :: else -> j = 0; if :: !dirty -> server = SERVING :: else fi
        fi }

    /* -- nothing can move any more */
    :: timeout -> d_step {
        must(server == SERVING && !dirty, everything_comes_to_rest);
        must(disk.held == 0, nothing_is_held_at_rest);
        j = 0;
        do
        :: j < N ->
            must(at[j] == OVER, everything_comes_to_rest);
            must(disk.state[j] != OPEN, nothing_is_held_at_rest);
            j++
        :: else -> break
        od;
        witness(0) };
        break
    od
}
