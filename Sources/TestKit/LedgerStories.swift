extension LedgerStory {
    /// What the ledger must do, told once and played on every stage.
    package static let all = money + tranches + keys + crashes

    private static let money = [
        LedgerStory(
            "the reference's sample costs what it says",
            """
            account A · price gpt-4o-mini 0.15 0.60 · key k A live
            top-up A 10.00 ref1
            hold k h1 in=400/17 cap=1000 · held 0.00066 cap 1000 · balance A 9.99934 held 0.00066 · open 1
            accept h1
            settle h1 17 3 · charged 0.00000435
            balance A 9.99999565 held 0 · spent k 0.00000435 · open 0
            """),
        LedgerStory(
            "what is released is free again, to the nanodollar",
            """
            account A · price m 0.15 0.60 · key k A live · top-up A 0.00066 ref1
            hold k h1 in=400/17 cap=1000 · balance A 0 held 0.00066
            release h1 · charged 0 · balance A 0.00066 held 0 · spent k 0
            """),
        LedgerStory(
            "a balance that does not reach the least is refused, and nothing changes",
            """
            account A · price m 0.15 0.60 · key k A live · top-up A 0.00001 ref1
            hold k h1 in=400/17 cap=1000 · refused insufficient needed 0.00001215 left 0.00001
            balance A 0.00001 held 0 · open 0
            hold k h2 in=400/17 cap=10 · held 0.00001 cap 10       # 10 tokens of output are asked for, and they are affordable
            """),
        LedgerStory(
            "two holds never take the same money",
            """
            account A · price m 1 1 · key k A live · top-up A 0.00003 ref1
            hold k h1 in=10/10 cap=10 · held 0.00002 cap 10
            hold k h2 in=10/10 cap=10 · refused insufficient needed 0.00002 left 0.00001
            balance A 0.00001 held 0.00002
            settle h1 5 5 · charged 0.00001
            hold k h2 in=10/10 cap=10 · held 0.00002 · balance A 0 held 0.00002
            """),
        LedgerStory(
            "between the fair estimate and the bound, everything is held and the cap is what it affords",
            """
            account A · price m 0.15 0.60 · key k A live · top-up A 0.00002 ref1
            hold k h1 in=400/17 cap=1000 · held 0.00002 cap 29 · balance A 0 held 0.00002
            settle h1 17 29 · charged 0.00001995 · balance A 0.00000005 held 0
            """),
        LedgerStory(
            "several choices and rejected predictions count in the cap",
            """
            account A · price m 0.15 0.60 · key k A live · top-up A 0.00003 ref1
            hold k h1 in=400/17 cap=1000 n=2 extra=5 · held 0.00003 cap 20
            settle h1 17 45 · charged 0.00002955 · balance A 0.00000045 held 0
            top-up A 0.000024299 ref2 · hold k h2 in=400/17 cap=1000 n=2 extra=5
            refused insufficient needed 0.00002475 left 0.000024749
            top-up A 0.000000001 ref3 · hold k h2 in=400/17 cap=1000 n=2 extra=5 · held 0.00002475 cap 16
            """),
        LedgerStory(
            "an overrun is paid from what is free, and then written off",
            """
            account A · price m 1 1 · key k A live · top-up A 0.00003 ref1
            hold k h1 in=10/10 cap=10 · balance A 0.00001 held 0.00002
            settle h1 10 15 · charged 0.000025 written-off 0 · balance A 0.000005 held 0
            hold k h2 in=2/2 cap=3 · balance A 0 held 0.000005
            settle h2 2 10 · charged 0.000005 written-off 0.000007 · balance A 0 held 0 · spent k 0.00003
            """),
        LedgerStory(
            "an overrun never touches what others hold",
            """
            account A · price m 1 1 · key k A live · top-up A 0.00003 ref1
            hold k h1 in=5/5 cap=5 · hold k h2 in=10/10 cap=10 · balance A 0 held 0.00003
            settle h1 5 30 · charged 0.00001 written-off 0.000025 · balance A 0 held 0.00002
            settle h2 10 10 · charged 0.00002 · balance A 0 held 0
            """),
        LedgerStory(
            "a hold closes once",
            """
            account A · price m 1 1 · key k A live · top-up A 1 ref1
            hold k h1 in=5/5 cap=5 · settle h1 5 5 · charged 0.00001
            settle h1 5 5 · stale · release h1 · stale · progress h1 9 · stale · accept h1 · stale
            dispatch h1 second · stale · recover h1 · stale
            hold k h2 in=5/5 cap=5 · release h2 · charged 0
            settle h2 5 5 · stale · release h2 · stale
            balance A 0.99999 held 0 · spent k 0.00001
            """),
        LedgerStory(
            "the same reference adds once",
            """
            account A · account B
            top-up A 5 ref1 · top-up A 5 ref1 · repeated · balance A 5 held 0
            top-up A 6 ref1 · rejected reference · balance A 5 held 0
            top-up B 5 ref1 · top-up A 5 ref1 test · balance A 5 held 0 · balance A 5 held 0 test · balance B 5 held 0
            """),
        LedgerStory(
            "a grant is above zero and fits",
            """
            account A · account A · rejected name
            top-up A 0 ref1 · rejected amount · top-up A -1 ref1 · rejected amount
            top-up A -9223372036.854775808 ref1 · rejected amount · top-up A 9223372036.854775807 ref1 · rejected amount
            top-up A 1000000000 ref1 · top-up A 0.000000001 ref2 · rejected amount · balance A 1000000000 held 0
            """),
        LedgerStory(
            "a price that changes in flight changes nothing for what is under way",
            """
            account A · price m 1 1 · key k A live · top-up A 1 ref1
            hold k h1 in=10/10 cap=10 · price m 100 100 · hold k h2 in=10/10 cap=10 · held 0.002 cap 10
            settle h1 10 10 · charged 0.00002 · settle h2 10 10 · charged 0.002
            """),
        LedgerStory(
            "a free price holds nothing and charges nothing, but leaves its trace",
            """
            account A · price m 0 0 · key k A live limit 0
            hold k h1 in=400/17 cap=1000 · held 0 cap 1000 · open 1
            settle h1 17 3 · charged 0 · balance A 0 held 0 · open 0
            """),
        LedgerStory(
            "free output leaves the cap alone",
            """
            account A · price m 1 0 · key k A live · top-up A 0.0001 ref1
            hold k h1 in=400/17 cap=1000 · held 0.0001 cap 1000 · settle h1 17 1000 · charged 0.000017
            """),
        LedgerStory(
            "cached input costs its own rate",
            """
            account A · price m 2.50 10.00 cached 1.25 · key k A live · top-up A 1 ref1
            hold k h1 in=200/100 cap=10 · held 0.0006 cap 10
            settle h1 100 10 cached 40 · charged 0.0003
            """),
        LedgerStory(
            "a part of a nanodollar is rounded up, once",
            """
            account A · price m 0.000001 0.000001 · key k A live · top-up A 1 ref1
            hold k h1 in=1/1 cap=1 · held 0.000000001 · settle h1 1 1 · charged 0.000000001
            hold k h2 in=1/1 cap=1 · settle h2 500 500 · charged 0.000000001
            hold k h3 in=1/1 cap=1 · settle h3 500 501 · charged 0.000000002
            """),
        LedgerStory(
            "a report that makes no sense bills the last checkpoint",
            """
            account A · price m 1 1 · key k A live · top-up A 1 ref1
            hold k h1 in=10/10 cap=10 · progress h1 4 · settle h1 -5 3 · charged 0.000014
            hold k h2 in=10/10 cap=10 · settle h2 9223372036854775807 9223372036854775807 · charged 0.00001
            hold k h3 in=10/10 cap=10 · settle h3 5 3 cached 6 · charged 0.00001
            balance A 0.999966 held 0
            """),
        LedgerStory(
            "a huge report takes what there is and no more",
            """
            account A · price m 1 1 · key k A live · top-up A 1 ref1
            hold k h1 in=10/10 cap=10 · settle h1 0 2147483648 · charged 1 written-off 2146.483648
            balance A 0 held 0
            """),
        LedgerStory(
            "what is too large to be priced is refused",
            """
            account A · price m 1 1 · key k A live · top-up A 1000 ref1
            hold k h1 in=3000000000/10 cap=10 · refused not-priceable
            hold k h2 in=10/10 cap=20000000 n=128 · refused not-priceable
            hold k h3 in=10/10 cap=9223372036854775807 n=2 · refused not-priceable
            hold k h4 in=10/10 cap=10 extra=9223372036854775807 · refused not-priceable
            balance A 1000 held 0 · open 0
            """),
    ]

    private static let keys = [
        LedgerStory(
            "a key's limit is the most it ever spends",
            """
            account A · price m 1 1 · key k A live limit 0.00002 · key free A live · top-up A 1 ref1
            hold k h1 in=5/5 cap=10 · held 0.000015
            hold k h2 in=5/5 cap=10 · refused key-limit needed 0.000015 left 0.000005
            hold free h3 in=5/5 cap=10 · held 0.000015
            settle h1 5 10 · charged 0.000015 · hold k h4 in=0/0 cap=5 · held 0.000005
            settle h4 0 8 · charged 0.000005 written-off 0.000003 · spent k 0.00002
            hold k h5 in=1/1 cap=1 · refused key-limit needed 0.000002 left 0
            settle h3 5 10 · charged 0.000015 · spent free 0.000015
            """),
        LedgerStory(
            "a key's limit clamps like a balance does",
            """
            account A · price m 1 1 · key k A live limit 0.00003 · top-up A 1 ref1
            hold k h1 in=100/10 cap=1000 · held 0.00003 cap 20 · balance A 0.99997 held 0.00003
            settle h1 10 20 · charged 0.00003 · spent k 0.00003
            """),
        LedgerStory(
            "a balance below the limit is what is named",
            """
            account A · price m 1 1 · key k A live limit 5 · top-up A 0.000001 ref1
            hold k h1 in=5/5 cap=10 · refused insufficient needed 0.000015 left 0.000001
            """),
        LedgerStory(
            "a limit below zero is no limit at all, and is rejected",
            """
            account A · key k A live limit -0.01 · rejected limit · key k A live limit -9223372036.854775808 · rejected limit
            """),
        LedgerStory(
            "a revoked or expired key takes nothing more, but what it began ends well",
            """
            account A · price m 1 1 · key k A live · key late A live expires 60 · top-up A 1 ref1
            hold k h1 in=5/5 cap=5 · hold late h2 in=5/5 cap=5 · wait 59 · hold late h3 in=5/5 cap=5 · wait 1
            hold late h4 in=5/5 cap=5 · refused expired
            revoke k · revoke k · hold k h4 in=5/5 cap=5 · refused revoked
            settle h1 5 5 · charged 0.00001 · settle h2 5 5 · charged 0.00001 · release h3
            hold nobody h4 in=5/5 cap=5 · refused unknown-key
            balance A 0.99998 held 0
            """),
        LedgerStory(
            "test money and live money never meet",
            """
            account A · price m 1 1 · key k A live · key t A test · top-up A 1 ref1
            hold t h1 in=5/5 cap=5 · refused insufficient needed 0.00001 left 0
            top-up A 2 ref2 test · hold t h1 in=5/5 cap=5 · balance A 1 held 0 · balance A 1.99999 held 0.00001 test
            settle h1 5 5 · charged 0.00001 · balance A 1 held 0 · balance A 1.99999 held 0 test
            """),
    ]

    private static let crashes = [
        LedgerStory(
            "after a crash, what had not begun is free and what had begun is billed as far as it was delivered",
            """
            account A · price m 1 1 · key k A live · top-up A 1 ref1
            hold k h1 in=20/10 cap=10 · hold k h2 in=20/10 cap=10 · accept h2 · hold k h3 in=20/10 cap=10 · progress h3 7
            progress h3 5 · balance A 0.99991 held 0.00009 · crash
            balance A 0.99991 held 0.00009 · open 3
            settle h2 10 10 · stale · release h1 · stale · progress h3 9 · stale
            recover h1 · charged 0 · recover h2 · charged 0.00001 · recover h3 · charged 0.000017
            recover h3 · stale · open 0 · balance A 0.999973 held 0 · spent k 0.000027
            """),
        LedgerStory(
            "recovery never charges above the hold",
            """
            account A · price m 1 1 · key k A live · top-up A 1 ref1
            hold k h1 in=10/10 cap=10 · progress h1 500 · crash · recover · charged 0.00002
            hold k h2 in=10/10 cap=10 · progress h2 9223372036854775807 · crash · recover · charged 0.00002 · balance A 0.99996 held 0
            """),
        LedgerStory(
            "a hold of this life is not recovered",
            """
            account A · price m 1 1 · key k A live · top-up A 1 ref1
            hold k h1 in=10/10 cap=10 · recover h1 · stale · settle h1 1 1 · charged 0.000002
            """),
        LedgerStory(
            "another engine is asked under the same hold, and only its acceptance counts",
            """
            account A · price m 1 1 · key k A live · top-up A 1 ref1
            hold k h1 in=10/10 cap=10 · accept h1 · dispatch h1 second · hold k h2 in=10/10 cap=10 · dispatch h2 second · accept h2
            crash · recover h1 · charged 0 · recover h2 · charged 0.00001 · balance A 0.99999 held 0
            """),
        LedgerStory(
            "a crash forgets nothing: limits, references, revocations, prices and numbers go on",
            """
            account A · price m 1 1 · key k A live limit 0.00002 · key gone A live · revoke gone · top-up A 1 ref1
            hold k h1 in=5/5 cap=10 · crash · crash
            top-up A 1 ref1 · repeated · account A · rejected name
            hold k h2 in=5/5 cap=10 · refused key-limit needed 0.000015 left 0.000005
            hold gone h2 in=1/1 cap=1 · refused revoked
            recover · charged 0 · hold k h2 in=5/5 cap=10 · held 0.000015 · settle h2 5 10 · charged 0.000015
            price m 2 2 · crash · hold k h3 in=1/1 cap=1 · held 0.000004 · settle h3 1 1 · charged 0.000004 · spent k 0.000019
            account B · key b B live · top-up B 1 ref1 · hold b h4 in=1/1 cap=1 · settle h4 1 1 · balance B 0.999996 held 0
            """),
    ]
}
