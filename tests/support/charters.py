"""Charters as property tests make them up."""

from hypothesis import strategies as st

from kangjiansheng.committee.rules.presence import Charter

fractions = st.tuples(st.integers(0, 4), st.integers(1, 4)).filter(lambda f: f[0] <= f[1])
charters = st.builds(
    Charter,
    quorum=fractions,
    quorum_base=st.sampled_from(["eligible", "all"]),
    majority=fractions,
    majority_over=st.booleans(),
    majority_base=st.sampled_from(["present", "eligible", "all"]),
    abstentions_count=st.booleans(),
)
