// Written by Scripts/decoder/embed.py from decode.py beside it: change that instead.

extension PythonDecoder {
  /// The program with its marks, small.
  static let text = #"""
    from numpy import*;from builtins import*
    def load(s):
     o=open(s,"rb");I=o.read();o.seek(8);I=I[-12-int.from_bytes(I[-9:-13:-1]):-12]+bytes(8);q=\#
    2**32-1;m=int.from_bytes(I[:4]);I=iter(I[4:]);_={};r=[]
     def P(a,s=0):
      nonlocal q,m;s=s or q//a;r=min(m//s,a-1);m-=r*s;q=(s,q-r*s)[r>a-2]
      while q<1<<24:q<<=8;m=m<<8|next(I)
      return r
     def U(*k):t,m=_.get(k,(32768,0));r=1-P(2,(q>>16)*t);_[k]=t+int(((r<<16)-t)/(m+2)),m+(m<25\#
    4);return r
     def K(s,*c):
      t=1
      for q in range(s):t+=t+U(*c,t)
      return t
     def j(c,i=64):
      s=0
      while U(c,s):s+=1
      p=min(s,i);return(K(p,c,s)<<s-p)-1
     def T(c):g=j(c);return g>>1^-(g&1)
     def R():
      s=[0,0]
      for u in range(j(1)):s+=K(8,2,s[-1],s[-2])-256,
      return bytes(s[2:])
     def Y():m=j(3);m or r.append(R().decode());return r[m-1]
    #[mixture logarithmic
     def B(H,A):
      t=2.0**(H>>A);e=2
      while A:A-=1;e=sqrt(e);t*=(1,e)[H>>A&1]
      return t
    #]
    #[low_bits packed binary
     def x(s,T,A):k=unpackbits(frombuffer(s,"B"),bitorder="little");return resize(k,(T,A))@(1<\#
    <arange(A))
    #]
    #[logarithmic scaled packed low_rank base3 bitmask binary grid grouped codebook affine cast
     def G(H,A):
      A=A.astype("e"if H=="F16"else"f")
    #[bf16
      if H=="BF16":A=A.view("I");A=(A+32767+(A>>16&1)>>16<<16).view("f")
    #]
      return A
    #]
    #[rans
     F=[65536];d=[0];N={}
    #[trellis
     y=[]
    #]
    #]
    #[rans raw
     def X(v,t,s=0):
      M=s and 1-j(16)
    #[raw
      if M:
       e=zeros(v,"u%d"%s);yield e
       for q in range(0,v,1<<20):o.readinto(e[q:][:1<<20]);yield
       return
    #]
    #[rans
      w=j(21);m=T(22)+arange(j(23)+1);a=j(24);i=j(25);_=v//(t or 1);V=[i&1 and j(26)for u in r\#
    ange(t)];V=add.outer(V,[i&2 and j(27)for s in range(_)]).astype("i");n=1+i//4
    #[trellis
      f=n>1 and 1<<j(28)
    #]
      p=j(29)
    #[mixture
      if p:g=j(50);z=T(51)/16;p=[(j(52),j(53),T(54),j(55)if w else 64)for w in range(p)]
    #]
      r=(sum(F)+(V*n<<w)).ravel()
      for q in range(n*V.max(initial=0)+n):
    #[mixture
       if p:
        O=n*m+q%n;i=t=0
        for D,k,s,K in p:
         s=B(s+q//n*8,6);t=t or s*g/4;e=abs(O-z+n*c_[[-.5,0,.5]])/s;u=1
         for l in range(D):u=u*sqrt(sqrt(sqrt(e)))
         u=1/(1+u/2**k)
         for l in range(k):u=u*u
         i=i+K*(u[0]+4*u[1]+u[2])
        i=i*(abs(O)<=t);e=(i/i.cumsum()[-1]*2**w+.5).astype(int);e+=(e<1)&(i>0)
    #]
    #[histogram
       if p==0:
        H=j(30);l=-1;e=[]
        for k in m:l=H and j(31+min((l+1).bit_length(),15),H);e+=l,
        e=array(e)
    #]
       e[e.argmax()]+=2**w-e.sum();F.extend(e);d.extend(m<<a)
      R=1<<j(56);V=[j(57)for p in range(0,v,1<<20)]
    #[trellis
      M=_,len(y);y[:0]=[0]*_
    #]
      yield r
      for q,l in enumerate(V):
       e=r[q<<20:][:1<<20];l=o.read(l);u=0
    #[low_bits
       if a:k=-len(e)*a//8;u=x(l[k:],len(e),a);l=l[:k]
    #]
       g=l,e,u;n=w,R
    #[trellis
       if f:g+=(q<<20,*M),;n+=f,q
    #]
       N[n]=N.get(n,[])+[g];yield
    #]
    #]
     def J(l,f):
    #[scaled packed low_rank base3 bitmask binary grid grouped codebook affine cast
      if H:
       Y();l=Y();t=j(11)
       if t:f=[j(9)for w in range(t-1)]
    #]
      p=int(prod(f));m=2**("163264".find(l[-2:])//2+1);Z=f[0]if f[1:]else 1;z=[];E=[];V=j(12)
    #[inline
      if V<1:
       for t in range(m):
        s=j(13);e=[0]
        for n in range(p):e+=K(8,13+s,t,s>1 and e[-1])-256 if s else P(256),
        z+=e[1:],
    #]
    #[streams
      if V==1:
       i=1
    #[sixteen
       i+=l in"I16U16"
    #]
       E=[X(p,Z,i)for q in range(m//i)];z=list(map(next,E))
    #]
    #[logarithmic
      if V==2:
       s=j(17);n=U(19);i=0;e=[]
       for t in range(p):i=i*n+T(18);e+=B(i,s),
       e=G(l,array(e))
    #]
    #[permutation
      if V==3:e=[*range(p)];z=[[e.pop(P(len(e)))for q in e[:]]]
    #]
    #[bit_fields
      if V==4:s=j(20);E=[X(8*p//s,1)];z=list(map(next,E));e=[P(2)for u in range(8*p%s)]
    #]
    #[adaptive
      if V>4:
       e=[];d=[0]*p
       for t in range(p):n=t%(p//Z);i=j(60+12*min(d[n].bit_length(),11)+min(n and i.bit_length\#
    (),11));e+=-i if i and U(200)else i,;d[n]+=(16*i-d[n])//8
       z=[e]
    #]
    #[rans raw
      list(zip(*E))
    #]
      yield
    #[bit_fields
      if V==4:z=[packbits(append(z[0][:,None]>>arange(s)&1,e)>0,bitorder="little")]
    #]
    #[inline streams permutation bit_fields adaptive
      if z:
       e=0
       for i in z:e=e*256+array(i,int)
       e=e.astype("u%d"%m);i=l[0].lower()+str(m)
    #[float_planes
       if l[0]in"BF"and m>1:e=e>>1|e<<8*m-1
    #]
    #[bf16
       if l=="BF16":e=e.astype("I")<<16;i="f"
    #]
    #[f8
       if"_"in l:t="M3"in l;e=e.astype("H");e=(e*128+((e>>7)+e%128//127<<14)if t else e<<8).vi\#
    ew("e");e=float32(e)*256**t;i="f"
    #]
       e=e.view(i)
    #]
      yield e.reshape(f)
     E=[];M=b"";j(4)
     for s in range(2*j(5)):R()
     for s in range(j(6)):
      M=M[:j(7)]+R();l=Y();O=[j(9)for K in range(j(8))];H=Y();A=[]
      for s in range(j(10)):e=J(l,O);next(e);A+=e,
      P(65536);P(65536);E+=(M.decode(),l,O,H,A),
    #[trellis grid
     def J(g,w,S):m=w.bit_length()-3;W=b"\1\2\2\4\n+y\2\5\t\22!N\xa6";return g>>1^W[m]*(S&1)^W\#
    [m+7]*(g&1)
    #]
    #[rans
    #[trellis
     y=array(y)
    #]
     d=array(d);F=array(F);Z=F.cumsum()-F;W=repeat(arange(len(d)),F).astype("i")
     for(h,i,*f),k in N.items():
      F[0]=1<<h;a,w,S,*u=zip(*k);v=max(map(len,w));Q=zeros((len(k),v+i),"i")
      for e,t in zip(Q,w):e[:len(t)]=t
    #[trellis
      if f:u=array(u[0]).T[...,None]
    #]
      e=array([frombuffer(p,"I",i)for p in a],int);D=frombuffer(b"".join(a),"H");c=cumsum([[2*\#
    i-1]]+[[len(k)//2]for k in a[:-1]],0)
      for s in range(0,v,i):
       p=Q[:,s:s+i];z=p+e%(1<<h)
    #[trellis
       if f:g=(u[0]+s+arange(i))%u[1]+u[2];V=y[g];z+=V%2<<h
    #]
       n=W[z];t=F[n]*(e>>h)+z-Z[n];c=c[:,-1:]+(t<65536).cumsum(1);e=where(t<65536,t<<16|D[c],t\#
    );p[:]=n
    #[trellis
       if f:y[g]=J(V,f[0],d[n])
    #]
      for e,t,n in zip(Q,w,S):t[:]=d[e[:len(t)]]+n
    #]
    #[scaled packed base3 bitmask binary grid low_rank
     def a(O,y):e=O.size//(y.size or 1);return float32(O*float32(y).repeat(e).reshape(O.shape))
    #]
    #[grouped codebook
     def S(y):return repeat(float32(y),f[0]or O[1],1)[:,:O[1]]
    #]
     i={}
     for M,l,O,H,A in E:
      e,*A=map(next,A)
    #[scaled packed low_rank base3 bitmask binary grid grouped codebook affine cast
      if H:
       p=H[3]
    #[packed base3 bitmask binary grid grouped codebook affine
       f=[int(k)for k in __import__("re").findall(r"\d+",H)]
    #]
    #[packed
       if p=="k":e=x(e,prod(O),f[0])-f[1]
    #]
    #[base3 bitmask binary
       if p in"na":Q,u,v,D=f[-4:];v*=Q
    #]
    #[base3
       if"3 "in H:e=(e[:,None]//[1,3,9,27,81]%3).ravel()[:v]-1
    #]
    #[bitmask
       if"mask"in H:t=unpackbits(e).astype(int);e=t[:v];e[e>0]=t[v+-v%8:][:e.sum()]*2-1
    #]
    #[mean_magnitude
       if"mean"in H:t=maximum(abs(e).reshape(-1,D).mean(1,"f"),1e-8);A[0]=float32(A[0]).ravel()/t
    #]
    #[binary
       if p=="a":e=x(e,v,1)*2-1
    #]
    #[grid
       if p=="d":
        if f[0]:
         e=e.astype(int).reshape(O);V=0*e[0]
         for t in e:n=V&1;V=J(V,f[0],t);t+=t+n
        e=a(e,A[0]);e=e*resize(float32(A[1]),e.shape)
    #]
    #[scaled packed base3 bitmask binary low_rank
       if p in"lkna":e=a(e,A[0])
    #]
    #[base3 bitmask binary
       if p in"na":e=e.reshape(Q,-1)[:,:u]
    #]
    #[low_rank
       if"+"in H:
        t=0
        for s,g in zip(a(*A[1:3]).T,a(*A[3:])):s=outer(float64(s),g);n=s+t;g=n-s;g=s-(n-g)+(t-\#
    g);t=float32((n.view(int)-(g*n<0)|(g!=0)).view(float))
        e=e+t
    #]
    #[grouped
       if p=="u":
        if A[1].size:e=e-S(A[1])
        e=e*S(A[0])
    #]
    #[codebook
       if p=="e":e=A[0][e]*S(A[1])
    #]
    #[affine
       if p=="i":s,g="fd"if f[1:]else"if";t=lambda s:resize(s.repeat(int(prod(O[f[-1]+1:]))),O\#
    );e=float32(e.astype(s)-t(A[1].astype(s)))*t(A[0].astype(g))
    #]
       e=G(l,float32(e))
    #]
      i[M]=e.reshape(O)
     return i
    """#
}
