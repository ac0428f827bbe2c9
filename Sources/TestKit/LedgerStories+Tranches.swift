extension LedgerStory {
    /// Holds that begin small and grow.
    static let tranches = [
        LedgerStory(
            "a long answer holds its prompt and a tranche, and grows while it is made",
            """
            account A · price m 1 2 · key k A live · top-up A 1 ref1
            hold k h1 in=100/40 cap=16000 tranche=1000 · held 0.0021 cap 16000 · balance A 0.9979 held 0.0021
            extend h1 1000 · extended 0.0041 · extend h1 500 · extended 0.0051 · balance A 0.9949 held 0.0051 · open 1
            settle h1 40 2400 · charged 0.00484 · balance A 0.99516 held 0 · spent k 0.00484 · open 0
            """),
        LedgerStory(
            "what is asked for and not above a tranche is held whole",
            """
            account A · price m 1 2 · key k A live · top-up A 1 ref1
            hold k h1 in=100/40 cap=1000 tranche=1000 · held 0.0021 cap 1000
            hold k h2 in=100/40 cap=10 tranche=1000 · held 0.00012 cap 10
            hold k h3 in=100/40 cap=500 n=3 extra=7 tranche=1000 · held 0.003114 cap 500
            """),
        LedgerStory(
            "one takes a share, so that many get on, and the cap is what the whole balance could pay",
            """
            account A · price m 1 2 · key k A live · top-up A 0.032132 ref1
            hold k h1 in=100/40 cap=16384 tranche=1024 · held 0.001132 cap 16046   # 100 + 32, and a 32nd of the other 32,000
            hold k h2 in=100/40 cap=16384 tranche=1024 · held 0.001096625 cap 15480
            extend h1 1000 · extended 0.002066480 · extend h1 0 · extended 0.002066480
            settle h1 40 900 · charged 0.00184 · settle h2 40 10 · charged 0.00006
            """),
        LedgerStory(
            "the last of a balance is granted in steps of sixteen tokens, then what is left, then nothing",
            """
            account A · price m 1 2 · key k A live · top-up A 0.0002 ref1
            hold k h1 in=10/10 cap=1000 tranche=100 · held 0.000046937 cap 95
            extend h1 100 · extended 0.000078937 · extend h1 100 · extended 0.000110937 · extend h1 5 · extended 0.000120937
            extend h1 100 · extended 0.000152937 · extend h1 100 · extended 0.000184937 · extend h1 100 · extended 0.0002
            extend h1 100 · refused insufficient needed 0.000002 left 0 · balance A 0 held 0.0002
            settle h1 10 95 · charged 0.0002 · balance A 0 held 0
            """),
        LedgerStory(
            "less than a token is nothing",
            """
            account A · price m 1 2 · key k A live · top-up A 0.000043999 ref1
            hold k h1 in=10/10 cap=16 tranche=100 · held 0.000042 cap 16
            extend h1 1 · refused insufficient needed 0.000002 left 0.000001999 · balance A 0.000001999 held 0.000042
            """),
        LedgerStory(
            "a prompt whose bound is not there takes all there is, as a whole answer would",
            """
            account A · price m 1 2 · key k A live · top-up A 0.0001 ref1
            hold k h1 in=90/10 cap=1000 tranche=100 · held 0.0001 cap 45
            hold k h2 in=90/10 cap=1000 tranche=100 · refused insufficient needed 0.000042 left 0
            extend h1 100 · refused insufficient needed 0.000002 left 0
            settle h1 50 24 · charged 0.000098 · balance A 0.000002 held 0
            """),
        LedgerStory(
            "what engines may add to a prompt is held as far as a fair share goes",
            """
            account A · price m 1 2 · key k A live · top-up A 1 ref1
            hold k h1 in=1100/40 hidden=1000 cap=16000 tranche=1000 · held 0.0031 cap 16000 · release h1
            key tight A live limit 0.003332
            hold tight h2 in=1100/40 hidden=1000 cap=16000 tranche=1000 · held 0.000232 cap 1646
            hold tight h3 in=1100/40 hidden=1000 cap=16000 tranche=1000 · held 0.000224750 cap 1530
            """),
        LedgerStory(
            "free output needs no more",
            """
            account A · price m 1 0 · key k A live · top-up A 1 ref1
            hold k h1 in=100/40 cap=16000 tranche=100 · held 0.0001 cap 16000
            extend h1 5000 · extended 0.0001 · settle h1 40 16000 · charged 0.00004
            """),
        LedgerStory(
            "a tranche that was not used is free again",
            """
            account A · price m 1 2 · key k A live · top-up A 1 ref1
            hold k h1 in=10/10 cap=9000 tranche=100 · extend h1 900 · extended 0.00201 · release h1 · charged 0
            balance A 1 held 0 · spent k 0 · extend h1 1 · stale · balance A 1 held 0
            """),
        LedgerStory(
            "a key's limit ends an answer like a balance does, and no extension goes beyond it",
            """
            account A · price m 1 2 · key k A live limit 0.0001 · key free A live · top-up A 1 ref1
            hold k h1 in=10/10 cap=1000 tranche=100 · held 0.000043812 cap 45 · extend h1 100 · extended 0.000075812
            extend h1 100 · extended 0.0001 · extend h1 100 · refused key-limit needed 0.000002 left 0
            balance A 0.9999 held 0.0001 · settle h1 10 60 · charged 0.0001 written-off 0.00003 · spent k 0.0001
            hold free h2 in=10/10 cap=1000 tranche=100 · held 0.00021
            """),
        LedgerStory(
            "a key revoked in mid-answer lets it end well",
            """
            account A · price m 1 2 · key k A live · top-up A 1 ref1
            hold k h1 in=10/10 cap=1000 tranche=100 · revoke k · extend h1 100 · extended 0.00041
            settle h1 10 190 · charged 0.00039
            """),
        LedgerStory(
            "after a crash what was extended is held, and no more than that is charged",
            """
            account A · price m 1 2 · key k A live limit 0.01 · top-up A 1 ref1
            hold k h1 in=10/10 cap=1000 tranche=100 · extend h1 100 · extended 0.00041 · progress h1 150
            hold k h2 in=10/10 cap=1000 tranche=100 · extend h2 20 · extended 0.00025 · progress h2 500
            hold k h3 in=10/10 cap=1000 tranche=100 · extend h3 20 · extended 0.00025
            crash · balance A 0.99909 held 0.00091 · open 3 · extend h1 100 · stale
            recover h1 · charged 0.00031 · recover h2 · charged 0.00025 · recover h3 · charged 0
            balance A 0.99944 held 0 · spent k 0.00056
            hold k h4 in=10/10 cap=1000 tranche=100 · held 0.00021
            """),
    ]
}
